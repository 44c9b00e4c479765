#pragma once
// Appenders of tests: one that remembers what went by, one that waits, one that fails.
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "eventstore/appender.h"
#include "eventstore/partition_opening.h"

namespace tweestap::tests {

/// What a test sees of the appender while it works. Thread rule: any thread.
class AppendControl {
 public:
  /// Wraps the local appender; this object has to outlive the store.
  [[nodiscard]] eventstore::WrapAppender wrap();

  /// From now on appends wait until let_go(); has_arrived() waits for one that waits, or has been let go.
  void hold() {
    const std::scoped_lock lock{mutex_};
    held_ = true;
  }
  void let_go() {
    {
      const std::scoped_lock lock{mutex_};
      held_ = false;
    }
    changed_.notify_all();
  }
  void wait_for_arrivals(std::size_t n) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return arrived_ >= n; });
  }
  /// From now on appends fail without storing anything.
  void fail() { fails_ = true; }
  /// How many batches were stored, and their bytes.
  [[nodiscard]] std::vector<std::string> batches() const {
    const std::scoped_lock lock{mutex_};
    return batches_;
  }

 private:
  class Watched;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  std::size_t arrived_ = 0;
  std::atomic<bool> fails_{false};
  std::vector<std::string> batches_;
};

class AppendControl::Watched final : public eventstore::Appender {
 public:
  Watched(AppendControl& control, std::unique_ptr<eventstore::Appender> real)
      : control_(control), real_(std::move(real)) {}
  [[nodiscard]] std::expected<void, platform::Failure> append(const eventstore::Batch& batch,
                                                              eventstore::Applied& applied) override {
    {
      std::unique_lock lock{control_.mutex_};
      ++control_.arrived_;
      control_.changed_.notify_all();
      control_.changed_.wait(lock, [&] { return !control_.held_; });
      control_.batches_.push_back(eventstore::encode_batch(batch));
    }
    if (control_.fails_) {
      return std::unexpected(platform::Failure{platform::Failure::Kind::Unavailable, "injected"});
    }
    return real_->append(batch, applied);
  }

 private:
  AppendControl& control_;
  std::unique_ptr<eventstore::Appender> real_;
};

inline eventstore::WrapAppender AppendControl::wrap() {
  return
      [this](std::unique_ptr<eventstore::Appender> real) { return std::make_unique<Watched>(*this, std::move(real)); };
}

}  // namespace tweestap::tests
