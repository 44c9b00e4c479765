#pragma once
// A caller that waits for its command, and the bounded queue of them. Only for eventstore/.
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "eventstore/partition.h"

namespace tweestap::eventstore {

/// Lives on the caller's stack until done. Thread rule: the caller waits, one other thread answers, once.
class Pending {
 public:
  explicit Pending(Submission&& given) : submission(std::move(given)) {}
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  Submission submission;

  /// Keeps what the caller will hear, if all goes well.
  void prepare(std::expected<Committed, platform::Failure> result) { result_.emplace(std::move(result)); }
  /// The caller may go; this object is gone at any moment after.
  void release();
  void refuse(const platform::Failure& failure) {
    prepare(std::unexpected(failure));
    release();
  }
  [[nodiscard]] std::expected<Committed, platform::Failure> wait();

 private:
  std::optional<std::expected<Committed, platform::Failure>> result_;
  std::atomic<std::uint32_t> done_{0};
};

/// Thread rule: any thread adds, one takes.
class PendingQueue {
 public:
  explicit PendingQueue(std::size_t max) : max_(max) {}

  /// Unavailable where the queue is full or closed.
  [[nodiscard]] std::expected<void, platform::Failure> add(Pending& pending);
  /// Moves what waits, at most `max`, behind `taken`. Where nothing waits it returns at once if `enough` says so, and
  /// waits otherwise; nudge() makes it ask again. False: closed and empty.
  [[nodiscard]] bool take(std::vector<Pending*>& taken, std::size_t max, const std::function<bool()>& enough);
  void nudge();
  /// Refuses whatever comes from now on with `reason`; what waits can still be taken.
  void close(platform::Failure reason);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::optional<platform::Failure> closed() const;

 private:
  const std::size_t max_;
  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::deque<Pending*> waiting_;
  bool taker_waits_ = false;
  std::optional<platform::Failure> closed_;
};

}  // namespace tweestap::eventstore
