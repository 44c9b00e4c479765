#include "platform/crypto/hash_pool.h"

#include <algorithm>
#include <cmath>

#include "platform/thread.h"

namespace tweestap::platform {

// One waiting caller. It lives on the caller's stack; the queue points to it only while it waits.
struct HashPool::Task {
  enum class State { Waiting, Running, Done, Refused };
  const std::function<void()>* job = nullptr;
  Kind kind = Kind::Password;
  State state = State::Waiting;
  std::exception_ptr trouble;
  std::condition_variable changed;
};

HashPool::HashPool(Options options)
    : worker_count_(options.workers != 0 ? options.workers : std::max(1U, std::thread::hardware_concurrency())),
      queue_max_(std::max<std::size_t>(1, options.queue)) {
  threads_.reserve(worker_count_);
  for (unsigned i = 0; i < worker_count_; ++i) threads_.emplace_back([this] { work(); });
}

HashPool::~HashPool() { stop(); }

void HashPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Task* task : queue_) {
      task->state = Task::State::Refused;
      task->changed.notify_one();
    }
    queue_.clear();
    recovery_waiting_ = 0;
    work_there_.notify_all();
  }
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

HashPool::Load HashPool::load() const {
  const std::lock_guard lock(mutex_);
  return {.waiting = queue_.size(), .running = running_};
}

HashPool::Busy HashPool::busy(Busy::Reason reason) const {
  constexpr double kLongest = 30;  // beyond it a client would rather ask a person
  const double wait = static_cast<double>(queue_.size() + running_) * job_seconds_ / worker_count_;
  return {reason, static_cast<std::uint32_t>(std::clamp(std::ceil(wait), 1.0, kLongest))};
}

void HashPool::drop_waiting(Task& task) {
  std::erase(queue_, &task);
  if (task.kind == Kind::RecoveryCode) --recovery_waiting_;
}

std::optional<HashPool::Busy> HashPool::run_erased(Kind kind, const std::function<void()>& job,
                                                   std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  Task task;
  task.job = &job;
  task.kind = kind;
  std::unique_lock lock(mutex_);
  if (stopping_) return busy(Busy::Reason::Stopping);
  const bool recovery = kind == Kind::RecoveryCode;
  if (queue_.size() >= queue_max_ || (recovery && recovery_waiting_ >= std::max<std::size_t>(1, queue_max_ / 4))) {
    return busy(Busy::Reason::QueueFull);
  }
  queue_.push_back(&task);
  if (recovery) ++recovery_waiting_;
  work_there_.notify_one();
  task.changed.wait_until(lock, deadline, [&] { return task.state != Task::State::Waiting; });
  if (task.state == Task::State::Waiting) {
    drop_waiting(task);
    return busy(Busy::Reason::DeadlinePassed);
  }
  task.changed.wait(lock, [&] { return task.state != Task::State::Running; });
  if (task.state == Task::State::Refused) return busy(Busy::Reason::Stopping);
  if (task.trouble) std::rethrow_exception(task.trouble);
  return std::nullopt;
}

void HashPool::work() {
  name_thread("hash");
  take_turns_after(Turns::Hashes);
  std::unique_lock lock(mutex_);
  while (true) {
    work_there_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task& task = *queue_.front();
    queue_.pop_front();
    if (task.kind == Kind::RecoveryCode) --recovery_waiting_;
    task.state = Task::State::Running;
    ++running_;
    lock.unlock();
    const auto began = std::chrono::steady_clock::now();
    try {
      (*task.job)();
    } catch (...) {
      task.trouble = std::current_exception();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    lock.lock();
    --running_;
    job_seconds_ += (took.count() - job_seconds_) / 16;
    task.state = Task::State::Done;
    task.changed.notify_one();  // under the lock: the caller's stack, and so the task, lives until it is released
  }
}

}  // namespace tweestap::platform
