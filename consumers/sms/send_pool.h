#pragma once
// Several messages in flight: a gateway's answer takes its time, and a thousand codes a second cannot queue up behind
// one another.
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "consumers/sms/gateway.h"

namespace tweestap::consumers::sms {

/// A bounded number of threads that ask a gateway. They do nothing but wait, so there may be many more than cores:
/// `threads` divided by the seconds of an answer is what it sends in a second. Thread rule: any threads.
class SendPool {
 public:
  /// Called once for each message that was taken, by a thread of the pool; may not throw and may not call stop().
  using Done = std::function<void(const Outcome&)>;

  /// The gateway has to outlive the pool.
  SendPool(Gateway& gateway, std::size_t threads);
  /// As stop().
  ~SendPool();
  SendPool(const SendPool&) = delete;
  SendPool& operator=(const SendPool&) = delete;

  /// Takes the message where a thread is free, or one that soon will be: as many wait as there are threads, so that
  /// none is idle while the next message is being put together. Otherwise false, and both are left untouched; so also
  /// after stop().
  [[nodiscard]] bool try_send(Message& message, Done& done);

  /// The same, but waits for its turn; false after stop(), or where `stop` was asked for meanwhile.
  [[nodiscard]] bool send(Message& message, Done& done, const std::stop_token& stop);

  /// Cuts what is in flight, hands whatever still waits back as Trouble::Stopped, and waits for the threads: about a
  /// second at most. What was cut may have been sent.
  void stop();

 private:
  struct Job {
    Message message;
    Done done;
  };
  bool has_room() const { return waiting_.size() + busy_ < 2 * threads_.size(); }
  void put(Message& message, Done& done);
  void work(const std::stop_token& stop);

  Gateway& gateway_;
  std::mutex mutex_;
  std::condition_variable_any work_or_stop_;
  std::condition_variable_any room_;
  std::deque<Job> waiting_;  // this and the next two under mutex_
  std::size_t busy_ = 0;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;  // never changes after the constructor, but for being joined
};

}  // namespace tweestap::consumers::sms
