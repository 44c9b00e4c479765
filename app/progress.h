#pragma once
// Long work, shown: a bar on a terminal, a line now and then otherwise.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace tweestap::app {

/// Writes to stderr, nothing during the first second. Thread rule: one thread.
class ProgressBar {
 public:
  explicit ProgressBar(std::string_view what);
  ~ProgressBar() { finish(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t done, std::uint64_t all);
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string what_;
  bool terminal_;
  bool open_ = false;
  Clock::time_point next_;
};

}  // namespace tweestap::app
