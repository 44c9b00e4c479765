#include "platform/clock.h"

#include <algorithm>
#include <ctime>

#include "platform/bug.h"

namespace tweestap::platform {
namespace {

std::int64_t read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) bug("the system has no such clock");
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000 + time.tv_nsec / 1'000;
}

}  // namespace

std::int64_t SystemClock::wall_us() const { return read_clock(CLOCK_REALTIME); }
std::int64_t SystemClock::monotonic_us() const { return read_clock(CLOCK_MONOTONIC); }

SecurityClock::SecurityClock(const Clock& clock, std::int64_t last_event_us)
    : clock_(clock), now_us_(last_event_us), monotonic_us_(clock.monotonic_us()) {
  // An empty log, or a service that was down for a while: the wall clock is ahead, and that is no jump.
  now_us_ = std::max(clock.wall_us(), last_event_us);
}

SecurityClock::Reading SecurityClock::read() {
  const std::int64_t monotonic = clock_.monotonic_us();
  const std::int64_t wall = clock_.wall_us();
  const std::int64_t expected = now_us_ + std::max<std::int64_t>(0, monotonic - monotonic_us_);
  monotonic_us_ = monotonic;
  now_us_ = std::max(wall, expected);

  Reading reading{.now_us = now_us_, .wall_us = wall, .jumped_us = std::nullopt};
  const std::int64_t difference = wall - expected;
  if (difference > kDifferenceUs) {
    reading.jumped_us = difference;
    reported_us_ = 0;  // this clock follows a jump forward, so the two agree again
  } else if (difference < -kDifferenceUs) {
    // Behind for as long as the wall clock is: told again only when that changes by as much.
    const std::int64_t change = difference - reported_us_;
    if (change > kDifferenceUs || change < -kDifferenceUs) {
      reading.jumped_us = difference;
      reported_us_ = difference;
    }
  } else {
    reported_us_ = 0;
  }
  return reading;
}

}  // namespace tweestap::platform
