#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace tweestap::platform {

/// The threads that hash slowly, and the queue before them (PWD-2): at most one hash a worker at a time, a bounded
/// number waiting, and a refusal beyond it, so a flood of logins costs neither memory nor the answers that need no
/// hash. Thread rule: `run` from any thread; nobody may be in `run` when the pool is destroyed, except after `stop`.
class HashPool {
 public:
  enum class Kind {
    Password,
    RecoveryCode,  ///< at most a quarter of the queue (THR-6), so guessing codes cannot keep people from logging in
  };

  struct Options {
    unsigned workers = 0;    ///< 0: one a core
    std::size_t queue = 32;  ///< waiting jobs; 32 hashes of 20 ms on one core are 0.6 s, about what a person waits for
  };

  /// Why a job did not run. It never started, so nothing was counted or compared.
  struct Busy {
    enum class Reason { QueueFull, DeadlinePassed, Stopping };
    Reason reason = Reason::QueueFull;
    std::uint32_t retry_after_s = 1;  ///< for `Retry-After`: when what waits now will have been done, 1..30
  };

  explicit HashPool(Options options);
  ~HashPool();
  HashPool(const HashPool&) = delete;
  HashPool& operator=(const HashPool&) = delete;

  /// Runs `job()` on a worker and gives its result. The caller's thread waits, at most `patience` for the job to
  /// *start*; a job that has started is always waited for, so it may refer to the caller's variables. An exception of
  /// the job arrives at the caller.
  template <typename Job>
  [[nodiscard]] auto run(Kind kind, Job&& job, std::chrono::milliseconds patience = std::chrono::seconds(5))
      -> std::expected<std::invoke_result_t<Job&>, Busy> {
    std::optional<std::invoke_result_t<Job&>> result;
    if (auto refused = run_erased(
            kind, [&] { result.emplace(job()); }, patience))
      return std::unexpected(*refused);
    return std::move(*result);
  }

  /// Refuses what is queued and what comes, and waits for the hashes that run. May be called twice.
  void stop();

  struct Load {
    std::size_t waiting = 0;
    std::size_t running = 0;
  };
  [[nodiscard]] Load load() const;
  [[nodiscard]] unsigned workers() const noexcept { return worker_count_; }

 private:
  struct Task;

  std::optional<Busy> run_erased(Kind kind, const std::function<void()>& job, std::chrono::milliseconds patience);
  void work();
  void drop_waiting(Task& task);
  [[nodiscard]] Busy busy(Busy::Reason reason) const;

  const unsigned worker_count_;
  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable work_there_;
  std::deque<Task*> queue_;
  std::size_t recovery_waiting_ = 0;
  std::size_t running_ = 0;
  double job_seconds_ = 0.05;  // moving average, for Retry-After
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tweestap::platform
