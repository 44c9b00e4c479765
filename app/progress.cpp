#include "app/progress.h"

#include <unistd.h>

#include <cstdio>

namespace tweestap::app {

ProgressBar::ProgressBar(std::string_view what)
    : what_(what), terminal_(isatty(STDERR_FILENO) == 1), next_(Clock::now() + std::chrono::seconds{1}) {}

void ProgressBar::show(std::uint64_t done, std::uint64_t all) {
  const auto now = Clock::now();
  if (now < next_ || all == 0) return;
  const auto percent = static_cast<unsigned>(static_cast<double>(done) * 100.0 / static_cast<double>(all));
  if (terminal_) {
    constexpr unsigned kWidth = 40;
    const std::string bar(percent * kWidth / 100, '#');
    std::fprintf(stderr, "\r%s [%-*s] %3u %%", what_.c_str(), static_cast<int>(kWidth), bar.c_str(), percent);
    next_ = now + std::chrono::milliseconds{100};
  } else {
    std::fprintf(stderr, "%s: %llu of %llu events (%u %%)\n", what_.c_str(), static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(all), percent);
    next_ = now + std::chrono::seconds{10};
  }
  open_ = terminal_;
}

void ProgressBar::finish() {
  if (open_) std::fprintf(stderr, "\n");
  open_ = false;
}

}  // namespace tweestap::app
