#pragma once
// One thread per connection, started on demand, none waiting in a queue: a connection is answered at once or not at
// all.
#include <pthread.h>

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace tweestap::http {

/// run() and join_all() may be called from any thread, but not from one that run() started.
class ConnectionThreads {
 public:
  explicit ConnectionThreads(std::size_t threads_max) : threads_max_(threads_max) {}
  ~ConnectionThreads() { join_all(); }
  ConnectionThreads(const ConnectionThreads&) = delete;
  ConnectionThreads& operator=(const ConnectionThreads&) = delete;

  /// Runs `task` in a thread of its own; false where threads_max run already, or the system gives no thread.
  [[nodiscard]] bool run(std::function<void()> task);
  void join_all();
  [[nodiscard]] std::size_t running() const;

 private:
  struct Start;
  static void* enter(void* start);
  void join_finished();

  const std::size_t threads_max_;
  mutable std::mutex mutex_;
  std::size_t running_ = 0;
  std::vector<pthread_t> live_;
  std::vector<pthread_t> finished_;  // to be joined by the next run()
};

}  // namespace tweestap::http
