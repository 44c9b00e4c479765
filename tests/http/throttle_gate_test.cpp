#include "http/throttle_gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <thread>

namespace tweestap::http {
namespace {

// Failures as a store would have them.
struct Door {
  ThrottleGate gate;
  std::atomic<std::uint32_t> failures = 0;
  std::uint32_t free = 5;
  std::atomic<bool> waits = false;

  ThrottleGate::Read reader() {
    return [this]() -> std::expected<ThrottleGate::Counts, platform::Failure> {
      return ThrottleGate::Counts{{{failures, free}}, waits};
    };
  }
};

TEST(THR_2, TriesAtWorkCountAsIfTheyHadFailed) {
  constexpr int kThreads = 32;
  Door door;
  std::atomic<std::uint32_t> at_work = 0;
  std::atomic<int> beyond = 0;  // began although those before might all fail, and were not counted yet
  std::barrier start(kThreads);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        auto slot = door.gate.enter({"key"}, door.reader(), domain::seconds(30));
        ASSERT_TRUE(slot && slot->granted());
        const std::uint32_t others = at_work++;
        if (others != 0 && door.failures >= door.free) ++beyond;
        std::this_thread::yield();
        ++door.failures;
        --at_work;
      });
    }
  }
  EXPECT_EQ(door.failures, static_cast<std::uint32_t>(kThreads));
  EXPECT_EQ(beyond, 0) << "from the fifth failure on, one at a time";
  EXPECT_EQ(door.gate.keys_in_flight(), 0U);
}

TEST(THR_2, NoMoreThanTheFreeOnesAreAtWorkTogether) {
  Door door;
  std::vector<ThrottleGate::Slot> held;
  for (int i = 0; i < 5; ++i) {
    auto slot = door.gate.enter({"key"}, door.reader(), domain::seconds(30));
    ASSERT_TRUE(slot && slot->granted()) << i;
    held.push_back(std::move(*slot));
  }
  EXPECT_EQ(door.gate.enter({"key"}, door.reader(), domain::Duration{1000}).error().code, ProblemCode::Unavailable)
      << "it depends on those at work";
  EXPECT_TRUE(door.gate.enter({"other"}, door.reader(), domain::Duration{1000})->granted());
  door.failures = 1;  // one of them failed, and is counted before its slot is given back
  held.pop_back();
  EXPECT_FALSE(door.gate.enter({"key"}, door.reader(), domain::Duration{1000}));
  held.clear();
  EXPECT_TRUE(door.gate.enter({"key"}, door.reader(), domain::Duration{1000})->granted());
}

TEST(THR_2, BeyondTheFreeOnesOneGoesAtATimeAndOnlyWhenTheWaitingIsOver) {
  Door door;
  door.failures = 5;
  {
    const auto one = door.gate.enter({"key"}, door.reader(), domain::Duration{1000});
    ASSERT_TRUE(one && one->granted());
    EXPECT_FALSE(door.gate.enter({"key"}, door.reader(), domain::Duration{1000}));
  }
  door.waits = true;
  const auto waits = door.gate.enter({"key"}, door.reader(), domain::seconds(30));
  ASSERT_TRUE(waits) << "at once, so that the committer says how long";
  EXPECT_FALSE(waits->granted());
}

TEST(ThrottleGate, WakesWhoeverWaitsForASlot) {
  Door door;
  door.free = 1;
  auto held = door.gate.enter({"key"}, door.reader(), domain::seconds(30));
  ASSERT_TRUE(held && held->granted());
  std::atomic<bool> granted = false;
  std::jthread waiting([&] { granted = door.gate.enter({"key"}, door.reader(), domain::seconds(30))->granted(); });
  *held = {};
  waiting.join();
  EXPECT_TRUE(granted);
}

TEST(ThrottleGate, AnswersUnavailableWhereTheCountsCannotBeRead) {
  ThrottleGate gate;
  const auto slot = gate.enter(
      {"key"},
      []() -> std::expected<ThrottleGate::Counts, platform::Failure> {
        return std::unexpected(platform::Failure{platform::Failure::Kind::Damaged, "a row"});
      },
      domain::seconds(30));
  ASSERT_FALSE(slot);
  EXPECT_EQ(slot.error().code, ProblemCode::Unavailable);
}

}  // namespace
}  // namespace tweestap::http
