#pragma once
// Commands that go on whatever happens to the stream, and how long each took.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/eventstore_play.h"

namespace tweestap::tests {

/// So many make a percentile worth printing, and show that commands go on.
inline constexpr std::size_t kComparedCommands = 300;

/// Two people who store five events each some hundred times a second. Thread rule: one thread.
class SteadyLoad {
 public:
  /// `store` is open and outlives it.
  explicit SteadyLoad(PlayStore& store);
  /// As stop().
  ~SteadyLoad() { stop(); }
  SteadyLoad(const SteadyLoad&) = delete;
  SteadyLoad& operator=(const SteadyLoad&) = delete;

  /// Commands that were answered, and those that were not.
  [[nodiscard]] std::size_t answered() const { return answered_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }
  /// The 99th percentile of what was answered since the last call, in microseconds; 0 where that is nothing.
  [[nodiscard]] std::int64_t take_p99_us();
  /// Ends it; nobody is within a command then.
  void stop();

 private:
  void run(const std::stop_token& stop, std::uint64_t who);

  PlayStore& store_;
  std::atomic<std::size_t> answered_ = 0;
  std::atomic<std::size_t> failed_ = 0;
  std::mutex mutex_;
  std::vector<std::int64_t> took_us_;
  std::vector<std::jthread> people_;  // last: they use everything above
};

/// The 99th percentile of these; 0 where there are none.
[[nodiscard]] std::int64_t p99_of(std::vector<std::int64_t> took);

/// Prints both and leaves their ratio in the test's results: a figure to look at and no test, since whoever shares the
/// machine is in it too.
void tell_p99(std::string_view beside_what, std::int64_t without_us, std::int64_t beside_us);

}  // namespace tweestap::tests
