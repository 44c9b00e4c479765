#include "consumers/sms/send_pool.h"

#include <utility>

#include "platform/thread.h"

namespace tweestap::consumers::sms {

SendPool::SendPool(Gateway& gateway, std::size_t threads) : gateway_(gateway) {
  // Under the lock, so that no thread counts the others before all are there.
  const std::scoped_lock lock(mutex_);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

SendPool::~SendPool() { stop(); }

bool SendPool::try_send(Message& message, Done& done) {
  const std::scoped_lock lock(mutex_);
  if (stopped_ || !has_room()) return false;
  put(message, done);
  return true;
}

bool SendPool::send(Message& message, Done& done, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const bool turn = room_.wait(lock, stop, [this] { return stopped_ || has_room(); });
  if (!turn || stopped_) return false;
  put(message, done);
  return true;
}

void SendPool::put(Message& message, Done& done) {
  waiting_.push_back({std::move(message), std::move(done)});
  work_or_stop_.notify_one();
}

void SendPool::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  for (std::jthread& thread : threads_) thread.request_stop();
  for (std::jthread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

// After a stop the threads still take what waits: a gateway answers that at once with Trouble::Stopped.
void SendPool::work(const std::stop_token& stop) {
  platform::name_thread("sms send");
  std::unique_lock lock(mutex_);
  while (work_or_stop_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    ++busy_;
    lock.unlock();
    job.done(gateway_.send(job.message, stop));
    job = {};  // wiped before it waits for the next
    lock.lock();
    --busy_;
    room_.notify_one();
  }
}

}  // namespace tweestap::consumers::sms
