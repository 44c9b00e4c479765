#include "eventstore/pending.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace tweestap::eventstore {
namespace {

using platform::Failure;

// A futex of our own and not atomic::wait, which spins and yields first: 64 callers that do so take the committer's
// core. Waking an address whose owner is gone already is harmless: a private futex is not read by the kernel.
static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);

void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t while_it_is) {
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, while_it_is, nullptr, nullptr, 0);
}
void futex_wake_one(std::atomic<std::uint32_t>* word) {
  ::syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace

void Pending::release() {
  std::atomic<std::uint32_t>* const word = &done_;
  word->store(1, std::memory_order_release);
  futex_wake_one(word);
}

std::expected<Committed, Failure> Pending::wait() {
  while (done_.load(std::memory_order_acquire) == 0) futex_wait(done_, 0);
  return std::move(*result_);
}

std::expected<void, Failure> PendingQueue::add(Pending& pending) {
  bool wake = false;
  {
    const std::scoped_lock lock{mutex_};
    if (closed_) return std::unexpected(*closed_);
    if (waiting_.size() >= max_) {
      return std::unexpected(Failure{Failure::Kind::Unavailable, "too many commands wait for the log"});
    }
    waiting_.push_back(&pending);
    wake = std::exchange(taker_waits_, false);
  }
  if (wake) added_.notify_one();
  return {};
}

bool PendingQueue::take(std::vector<Pending*>& taken, std::size_t max, const std::function<bool()>& enough) {
  std::unique_lock lock{mutex_};
  while (waiting_.empty() && !closed_ && !enough()) {
    taker_waits_ = true;
    added_.wait(lock);
  }
  taker_waits_ = false;
  const bool any = !waiting_.empty();
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(max, waiting_.size()));
  taken.insert(taken.end(), waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return any || !closed_;
}

void PendingQueue::nudge() {
  // Under the lock, so that it does not fall between the taker's question and its wait.
  const std::scoped_lock lock{mutex_};
  added_.notify_one();
}

void PendingQueue::close(Failure reason) {
  {
    const std::scoped_lock lock{mutex_};
    if (!closed_) closed_ = std::move(reason);
  }
  added_.notify_one();
}

std::size_t PendingQueue::size() const {
  const std::scoped_lock lock{mutex_};
  return waiting_.size();
}

std::optional<Failure> PendingQueue::closed() const {
  const std::scoped_lock lock{mutex_};
  return closed_;
}

}  // namespace tweestap::eventstore
