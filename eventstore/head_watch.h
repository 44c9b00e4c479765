#pragma once
// The head, for everybody who reads or waits for it. Only for eventstore/.
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "eventstore/log.h"

namespace tweestap::eventstore {

/// Thread rule: any thread.
class HeadWatch {
 public:
  explicit HeadWatch(Head head) : head_(head) {}

  [[nodiscard]] Head head() const {
    const std::scoped_lock lock{mutex_};
    return head_;
  }
  void advance(const Head& head) {
    bool anybody = false;
    {
      const std::scoped_lock lock{mutex_};
      head_ = head;
      anybody = waiting_ > 0;
    }
    if (anybody) moved_.notify_all();
  }
  std::uint64_t wait_beyond(std::uint64_t position, std::chrono::milliseconds patience, const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    ++waiting_;
    moved_.wait_for(lock, stop, patience, [&] { return head_.position > position; });
    --waiting_;
    return head_.position;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable_any moved_;
  int waiting_ = 0;
  Head head_;
};

}  // namespace tweestap::eventstore
