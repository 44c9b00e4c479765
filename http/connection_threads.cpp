#include "http/connection_threads.h"

#include <algorithm>
#include <memory>

#include "platform/thread.h"

namespace tweestap::http {
namespace {

// 1,280 threads at most: with the 8 MiB that a thread gets by itself they would reserve 10 GiB. Sanitizers put red
// zones around what lies on the stack and need more.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kStackBytes = 2048 * 1024;
#else
constexpr std::size_t kStackBytes = 256 * 1024;
#endif

}  // namespace

struct ConnectionThreads::Start {
  ConnectionThreads* threads;
  std::function<void()> task;
};

void* ConnectionThreads::enter(void* argument) {
  platform::name_thread("connection");
  platform::take_turns_after(platform::Turns::Callers);
  ConnectionThreads* threads = nullptr;
  {
    const std::unique_ptr<Start> start{static_cast<Start*>(argument)};
    threads = start->threads;
    start->task();
  }
  const std::lock_guard lock{threads->mutex_};
  const auto self =
      std::ranges::find_if(threads->live_, [](pthread_t t) { return pthread_equal(t, pthread_self()) != 0; });
  threads->live_.erase(self);
  threads->finished_.push_back(pthread_self());
  --threads->running_;
  return nullptr;
}

bool ConnectionThreads::run(std::function<void()> task) {
  join_finished();
  auto start = std::make_unique<Start>(Start{this, std::move(task)});
  // Held until the thread is listed, so that it cannot look for itself too early.
  const std::lock_guard lock{mutex_};
  if (running_ >= threads_max_) return false;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_t thread{};
  const bool created = pthread_create(&thread, &attributes, &ConnectionThreads::enter, start.get()) == 0;
  pthread_attr_destroy(&attributes);
  if (!created) return false;
  static_cast<void>(start.release());  // the thread's own now
  live_.push_back(thread);
  ++running_;
  return true;
}

void ConnectionThreads::join_finished() {
  std::vector<pthread_t> finished;
  {
    const std::lock_guard lock{mutex_};
    finished.swap(finished_);
  }
  for (const pthread_t thread : finished) pthread_join(thread, nullptr);
}

void ConnectionThreads::join_all() {
  for (;;) {
    join_finished();
    std::vector<pthread_t> live;
    {
      const std::lock_guard lock{mutex_};
      if (live_.empty() && finished_.empty()) return;
      live = live_;
    }
    // Joined here, so taken out of finished_ below.
    for (const pthread_t thread : live) pthread_join(thread, nullptr);
    const std::lock_guard lock{mutex_};
    std::erase_if(finished_, [&](pthread_t t) {
      return std::ranges::any_of(live, [&](pthread_t joined) { return pthread_equal(t, joined) != 0; });
    });
  }
}

std::size_t ConnectionThreads::running() const {
  const std::lock_guard lock{mutex_};
  return running_;
}

}  // namespace tweestap::http
