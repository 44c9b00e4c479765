#include "platform/clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace tweestap::platform {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kStart = 1'900'000'000 * kSecond;

TEST(CLK_1, FollowsTheWallClock) {
  ManualClock clock(kStart);
  SecurityClock security(clock, kStart - 3600 * kSecond);
  EXPECT_EQ(security.read().now_us, kStart);
  clock.advance(5 * kSecond);
  const auto reading = security.read();
  EXPECT_EQ(reading.now_us, kStart + 5 * kSecond);
  EXPECT_EQ(reading.wall_us, kStart + 5 * kSecond);
  EXPECT_FALSE(reading.jumped_us) << "a service that was down for an hour is no jump";
}

TEST(CLK_1, AWallClockThatIsSetBackNeitherTurnsItBackNorStopsIt) {
  ManualClock clock(kStart);
  SecurityClock security(clock, 0);
  static_cast<void>(security.read());
  clock.set_wall(kStart - 3600 * kSecond);
  EXPECT_EQ(security.read().jumped_us, -3600 * kSecond);
  for (int i = 1; i <= 100; ++i) {
    clock.advance(kSecond);
    const auto reading = security.read();
    EXPECT_EQ(reading.now_us, kStart + i * kSecond);
    EXPECT_EQ(reading.wall_us, kStart + (i - 3600) * kSecond);
    EXPECT_FALSE(reading.jumped_us) << "told once";
  }
  clock.set_wall(clock.wall_us() + 1800 * kSecond);
  EXPECT_EQ(security.read().jumped_us, -1800 * kSecond) << "changed by more than a minute";
  clock.set_wall(clock.wall_us() + 1800 * kSecond);
  EXPECT_FALSE(security.read().jumped_us) << "they agree again";
  clock.set_wall(clock.wall_us() - 61 * kSecond);
  EXPECT_EQ(security.read().jumped_us, -61 * kSecond) << "and a new difference is told again";
}

TEST(CLK_1, AJumpForwardIsFollowedAndToldOnce) {
  ManualClock clock(kStart);
  SecurityClock security(clock, 0);
  static_cast<void>(security.read());
  clock.set_wall(kStart + 86'400 * kSecond);
  const auto reading = security.read();
  EXPECT_EQ(reading.now_us, kStart + 86'400 * kSecond);
  EXPECT_EQ(reading.jumped_us, 86'400 * kSecond);
  clock.advance(kSecond);
  EXPECT_FALSE(security.read().jumped_us);
}

TEST(CLK_1, TheBoundIsSixtySeconds) {
  for (const std::int64_t sign : {-1, 1}) {
    ManualClock clock(kStart);
    SecurityClock security(clock, 0);
    clock.set_wall(kStart + sign * 60 * kSecond);
    EXPECT_FALSE(security.read().jumped_us);
    ManualClock other(kStart);
    SecurityClock beyond(other, 0);
    other.set_wall(kStart + sign * (60 * kSecond + 1));
    EXPECT_TRUE(beyond.read().jumped_us);
  }
}

TEST(CLK_1, StartsFromTheLastEventWhereThatIsLater) {
  ManualClock clock(kStart);
  SecurityClock security(clock, kStart + 7200 * kSecond);
  const auto first = security.read();
  EXPECT_EQ(first.now_us, kStart + 7200 * kSecond);
  EXPECT_EQ(first.jumped_us, -7200 * kSecond) << "the wall clock is behind the log";
  clock.advance(kSecond);
  EXPECT_EQ(security.read().now_us, kStart + 7201 * kSecond);
}

RC_GTEST_PROP(CLK_1, NeverGoesBackAndNeverStandsStill, ()) {
  ManualClock clock(kStart);
  SecurityClock security(clock, kStart + *rc::gen::inRange(-100, 100) * kSecond);
  std::int64_t previous = security.read().now_us;
  for (int i = 0; i < 50; ++i) {
    const auto elapsed = *rc::gen::inRange<std::int64_t>(0, 200 * kSecond);
    clock.advance(elapsed);
    if (*rc::gen::arbitrary<bool>()) clock.set_wall(kStart + *rc::gen::inRange(-10'000, 10'000) * kSecond);
    const auto reading = security.read();
    RC_ASSERT(reading.now_us >= previous + elapsed);
    RC_ASSERT(reading.now_us >= reading.wall_us);
    previous = reading.now_us;
  }
}

TEST(SystemClock, ReadsTheSystemsClocks) {
  const SystemClock clock;
  EXPECT_GT(clock.wall_us(), 1'700'000'000 * kSecond);
  const auto before = clock.monotonic_us();
  EXPECT_GE(clock.monotonic_us(), before);
}

}  // namespace
}  // namespace tweestap::platform
