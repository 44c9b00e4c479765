#pragma once
// A mock of a gateway, because a real one cannot be told what to answer to which message, nor be held between taking a
// message and saying so. How providers' answers are read has tests of its own, over sockets.
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "consumers/sms/gateway.h"

namespace tweestap::consumers {

/// Takes everything until it is told otherwise. Thread rule: any thread.
class MockGateway final : public sms::Gateway {
 public:
  struct Asked {
    std::string to;
    std::string text;
    std::string reference;
  };

  /// From now on this is the answer; what is held gets it too.
  void answers(sms::Outcome outcome) {
    const std::scoped_lock lock(mutex_);
    outcome_ = std::move(outcome);
    holds_ = false;
    changed_.notify_all();
  }
  void takes() { answers({}); }
  void objects(sms::Trouble trouble) { answers({.trouble = trouble}); }
  /// An answer to one number, whatever the others get.
  void objects_to(const std::string& number, sms::Trouble trouble) {
    const std::scoped_lock lock(mutex_);
    to_number_[number] = {.trouble = trouble};
  }
  /// From now on it gives no answer, until it is told one.
  void holds() {
    const std::scoped_lock lock(mutex_);
    holds_ = true;
  }

  /// Every try so far, in order.
  [[nodiscard]] std::vector<Asked> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }
  /// Waits until it was asked that often; false where that does not come.
  [[nodiscard]] bool was_asked(std::size_t times) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return asked_.size() >= times; });
  }

 private:
  sms::Outcome try_to_send(const sms::Message& message, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    asked_.push_back({message.to, std::string{message.text.reveal_text()}, message.reference});
    changed_.notify_all();
    if (!changed_.wait(lock, stop, [this] { return !holds_; })) return {.trouble = sms::Trouble::Stopped};
    const auto special = to_number_.find(message.to);
    return special == to_number_.end() ? outcome_ : special->second;
  }

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool holds_ = false;
  sms::Outcome outcome_;
  std::map<std::string, sms::Outcome> to_number_;
  std::vector<Asked> asked_;
};

}  // namespace tweestap::consumers
