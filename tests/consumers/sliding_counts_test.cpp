#include "consumers/detection/sliding_counts.h"

#include <gtest/gtest.h>

#include "tests/consumers/attack.h"

namespace tweestap::consumers::detection {
namespace {

constexpr Threshold kThree{3, kWindow};

Thing thing(std::uint8_t n) { return {n}; }
Key key(std::uint32_t n) { return network(n); }

TEST(SlidingCounts, ReachTheThresholdWithThatManyDifferentThings) {
  SlidingCounts counts{kThree};
  EXPECT_FALSE(counts.add(key(1), thing(1), kPeriodBegins));
  EXPECT_FALSE(counts.add(key(1), thing(2), kPeriodBegins + kMoment));
  EXPECT_FALSE(counts.add(key(1), thing(2), kPeriodBegins + kMoment)) << "the same one";
  EXPECT_FALSE(counts.add(key(2), thing(3), kPeriodBegins + kMoment)) << "somebody else's";
  const auto reached = counts.add(key(1), thing(3), kPeriodBegins + domain::seconds(5));
  ASSERT_TRUE(reached);
  EXPECT_EQ(reached->count, 3U);
  EXPECT_EQ(reached->since, kPeriodBegins);
}

TEST(SlidingCounts, CountWhatIsYoungerThanTheWindow) {
  for (const bool late : {false, true}) {
    SlidingCounts counts{kThree};
    EXPECT_FALSE(counts.add(key(1), thing(1), kPeriodBegins));
    EXPECT_FALSE(counts.add(key(1), thing(2), kPeriodBegins + kMoment));
    const domain::Time third = kPeriodBegins + kWindow - (late ? domain::Duration{} : kMoment);
    EXPECT_EQ(counts.add(key(1), thing(3), third).has_value(), !late);
  }
}

TEST(SlidingCounts, AThingThatComesAgainIsAsYoungAsItsLastTime) {
  SlidingCounts counts{kThree};
  EXPECT_FALSE(counts.add(key(1), thing(1), kPeriodBegins));
  EXPECT_FALSE(counts.add(key(1), thing(2), kPeriodBegins + kMoment));
  EXPECT_FALSE(counts.add(key(1), thing(1), kPeriodBegins + domain::seconds(1)));
  const auto reached = counts.add(key(1), thing(3), kPeriodBegins + kWindow);
  ASSERT_TRUE(reached);
  EXPECT_EQ(reached->since, kPeriodBegins + kMoment);
}

TEST(SlidingCounts, AreToldOnceInAWindowOfTheClock) {
  SlidingCounts counts{kThree};
  const domain::Time last_moment = kPeriodBegins + kWindow - kMoment;
  for (std::uint8_t n = 1; n <= 3; ++n) {
    EXPECT_EQ(counts.add(key(1), thing(n), kPeriodBegins + domain::minutes(5)).has_value(), n == 3);
  }
  EXPECT_FALSE(counts.add(key(1), thing(4), last_moment));
  const auto again = counts.add(key(1), thing(5), kPeriodBegins + kWindow);
  ASSERT_TRUE(again) << "it goes on";
  EXPECT_EQ(again->count, 5U);
  EXPECT_FALSE(counts.add(key(1), thing(6), kPeriodBegins + kWindow + kMoment));
}

TEST(SlidingCounts, WhatTurnedOutHarmlessDoesNotCountAndLeavesNothing) {
  SlidingCounts counts{kThree};
  EXPECT_FALSE(counts.add(key(1), thing(1), kPeriodBegins));
  EXPECT_FALSE(counts.add(key(1), thing(2), kPeriodBegins));
  counts.remove(key(1), thing(1));
  counts.remove(key(2), thing(1));
  EXPECT_FALSE(counts.add(key(1), thing(3), kPeriodBegins));
  counts.remove_all(key(1));
  EXPECT_EQ(counts.keys(), 0U);
  EXPECT_EQ(counts.things(), 0U);
}

// Or a person who gets in every now and then would make a storm of it.
TEST(SlidingCounts, WhatWasToldStaysToldThoughItTurnedOutHarmless) {
  SlidingCounts counts{kThree};
  for (std::uint8_t n = 1; n <= 3; ++n) static_cast<void>(counts.add(key(1), thing(n), kPeriodBegins));
  counts.remove_all(key(1));
  for (std::uint8_t n = 1; n <= 3; ++n) EXPECT_FALSE(counts.add(key(1), thing(n), kPeriodBegins + kMoment));
}

TEST(SlidingCounts, AThresholdOfZeroIsNever) {
  SlidingCounts counts{{0, kWindow}};
  for (std::uint8_t n = 1; n <= 9; ++n) EXPECT_FALSE(counts.add(key(1), thing(n), kPeriodBegins));
  EXPECT_EQ(counts.keys(), 0U);
}

TEST(SlidingCounts, ForgetWhatIsOver) {
  SlidingCounts counts{kThree};
  for (std::uint32_t n = 1; n <= 100; ++n) static_cast<void>(counts.add(key(n), thing(1), kPeriodBegins));
  EXPECT_EQ(counts.keys(), 100U);
  static_cast<void>(counts.add(key(101), thing(1), kPeriodBegins + kWindow - kMoment));
  EXPECT_EQ(counts.keys(), 101U);
  static_cast<void>(counts.add(key(101), thing(1), kPeriodBegins + kWindow));
  EXPECT_EQ(counts.keys(), 1U);
  EXPECT_EQ(counts.things(), 1U);
  EXPECT_EQ(counts.forgotten(), 0U);
}

TEST(SlidingCounts, BeyondABoundForgetTheKeyThatWasLeftAloneForLongest) {
  SlidingCounts counts{kThree, Bounds{.keys_max = 3, .things_max = 100}};
  for (std::uint32_t n = 1; n <= 3; ++n) static_cast<void>(counts.add(key(n), thing(1), kPeriodBegins));
  static_cast<void>(counts.add(key(1), thing(2), kPeriodBegins));
  static_cast<void>(counts.add(key(4), thing(1), kPeriodBegins));  // key 2 goes
  EXPECT_EQ(counts.keys(), 3U);
  EXPECT_EQ(counts.forgotten(), 1U);
  EXPECT_TRUE(counts.add(key(1), thing(3), kPeriodBegins)) << "who went on is remembered";
  static_cast<void>(counts.add(key(2), thing(2), kPeriodBegins));
  EXPECT_FALSE(counts.add(key(2), thing(3), kPeriodBegins)) << "the first one is forgotten";
}

TEST(SlidingCounts, AreBoundedInKeysAndInThingsAndWithinAKey) {
  SlidingCounts counts{kThree, Bounds{.keys_max = 50, .things_max = 40}};
  for (std::uint32_t n = 0; n < 10'000; ++n) {
    static_cast<void>(counts.add(key(n % 97), {static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8)},
                                 kPeriodBegins + domain::Duration{n}));
    ASSERT_LE(counts.keys(), 50U);
    ASSERT_LE(counts.things(), 40U);
  }
  SlidingCounts one{kThree};
  for (std::uint8_t n = 0; n < 200; ++n) static_cast<void>(one.add(key(1), thing(n), kPeriodBegins));
  EXPECT_EQ(one.things(), 6U);
}

}  // namespace
}  // namespace tweestap::consumers::detection
