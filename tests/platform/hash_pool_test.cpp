#include "platform/crypto/hash_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <latch>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "platform/crypto/argon2.h"

namespace tweestap::platform {
namespace {

using Kind = HashPool::Kind;
using Reason = HashPool::Busy::Reason;

// A pool of one worker that is held, and whoever waits behind it.
class HeldPool {
 public:
  explicit HeldPool(std::size_t queue) : pool(HashPool::Options{.workers = 1, .queue = queue}) {
    callers_.emplace_back([this] {
      EXPECT_TRUE(pool.run(Kind::Password, [this] {
        release_.wait();
        return 0;
      }));
    });
    until([this] { return pool.load().running == 1; });
  }

  // A caller that waits; returns when it does.
  void wait_behind(Kind kind) {
    const std::size_t before = pool.load().waiting;
    callers_.emplace_back([this, kind] {
      const auto result = pool.run(
          kind, [this] { return ++ran; }, std::chrono::minutes(1));
      if (!result) ++refused;
    });
    until([&] { return pool.load().waiting > before; });
  }

  void release() {
    release_.count_down();
    callers_.clear();
  }

  template <typename Condition>
  static void until(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }

  HashPool pool;
  std::atomic<int> ran = 0;
  std::atomic<int> refused = 0;

 private:
  std::latch release_{1};
  std::vector<std::jthread> callers_;
};

TEST(HashPool, GivesTheCallerItsResult) {
  HashPool pool({.workers = 2, .queue = 8});
  EXPECT_EQ(pool.run(Kind::Password, [] { return std::string("done"); }).value(), "done");
  EXPECT_THROW(static_cast<void>(pool.run(Kind::Password, []() -> int { throw std::runtime_error("no"); })),
               std::runtime_error);
  EXPECT_EQ(pool.run(Kind::RecoveryCode, [] { return 7; }).value(), 7) << "an exception leaves the worker alive";
}

TEST(HashPool, HasAWorkerACoreUnlessTold) {
  EXPECT_EQ(HashPool({}).workers(), std::max(1U, std::thread::hardware_concurrency()));
}

TEST(PWD_2, BeyondItsQueueThePoolIsBusy) {
  HeldPool held(4);
  for (int i = 0; i < 4; ++i) held.wait_behind(Kind::Password);
  const auto refused = held.pool.run(Kind::Password, [] { return 0; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::QueueFull);
  EXPECT_GE(refused.error().retry_after_s, 1U);
  EXPECT_LE(refused.error().retry_after_s, 30U);
  held.release();
  EXPECT_EQ(held.ran, 4);
}

TEST(THR_6, RecoveryCodesTakeAQuarterOfTheQueue) {
  HeldPool held(8);
  held.wait_behind(Kind::RecoveryCode);
  held.wait_behind(Kind::RecoveryCode);
  const auto refused = held.pool.run(Kind::RecoveryCode, [] { return 0; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::QueueFull);
  for (int i = 0; i < 6; ++i) held.wait_behind(Kind::Password);
  held.release();
  EXPECT_EQ(held.ran, 8);
  EXPECT_TRUE(held.pool.run(Kind::RecoveryCode, [] { return 0; })) << "what has run leaves room";
}

TEST(PWD_2, WhoHasWaitedTooLongIsToldAndItsJobNeverRuns) {
  HeldPool held(4);
  std::atomic<bool> ran = false;
  const auto late = held.pool.run(
      Kind::RecoveryCode,
      [&] {
        ran = true;
        return 0;
      },
      std::chrono::milliseconds(5));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().reason, Reason::DeadlinePassed);
  held.wait_behind(Kind::RecoveryCode);
  held.release();
  EXPECT_FALSE(ran);
  EXPECT_EQ(held.ran, 1) << "the place of the one that left is free again";
}

TEST(HashPool, StopRefusesWhoWaitsAndWaitsForWhatRuns) {
  HeldPool held(4);
  held.wait_behind(Kind::Password);
  held.wait_behind(Kind::RecoveryCode);
  std::jthread stopper([&] { held.pool.stop(); });
  HeldPool::until([&] { return held.refused == 2; });
  const auto refused = held.pool.run(Kind::Password, [] { return 0; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Stopping);
  held.release();
  stopper.join();
  EXPECT_EQ(held.ran, 0);
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

// Ten times as many callers as there is room for, each with a hash of 19 MiB: two hashes' memory, not two hundred's.
TEST(PWD_2, MemoryDoesNotGrowUnderATenfoldFlood) {
  HashPool pool({.workers = 2, .queue = 8});
  const Secret pepper(32);
  const std::vector<std::uint8_t> salt(kSaltBytes, 1);
  std::atomic<std::size_t> most = 0;
  std::atomic<int> running = 0;
  std::atomic<int> running_most = 0;
  std::atomic<int> done = 0;
  std::atomic<int> busy = 0;
  const std::size_t before = resident_kib();
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 100; ++i) {
      callers.emplace_back([&] {
        const auto hash = pool.run(
            Kind::Password,
            [&] {
              const int now = ++running;
              for (int seen = running_most; now > seen && !running_most.compare_exchange_weak(seen, now);) {
              }
              auto made = keyed_slow_hash(Secret::from_text("flood"), salt, {}, pepper);
              const std::size_t resident = resident_kib();
              for (std::size_t seen = most; resident > seen && !most.compare_exchange_weak(seen, resident);) {
              }
              --running;
              return made.has_value();
            },
            std::chrono::minutes(2));
        hash ? ++done : ++busy;
      });
    }
  }
  EXPECT_EQ(done + busy, 100);
  EXPECT_GE(done, 8) << "as many as wait at once get their turn, also where no worker had begun yet";
  EXPECT_GT(busy, 0);
  EXPECT_LE(running_most, 2) << "at most one a core";
  // Two blocks of 19 MiB and the stacks of a hundred threads. A sanitizer keeps four to eight bytes of notes for each.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  constexpr std::size_t kBookkeeping = 8;
#else
  constexpr std::size_t kBookkeeping = 1;
#endif
  EXPECT_LT(most, before + kBookkeeping * (2 * 20 * 1024 + 40 * 1024));
}

// Many callers of both kinds, deadlines and a stop in the midst: for the thread sanitizer.
TEST(HashPool, EveryCallerHearsExactlyOneThing) {
  std::atomic<int> answered = 0;
  std::atomic<int> executed = 0;
  std::atomic<int> succeeded = 0;
  {
    HashPool pool({.workers = 3, .queue = 16});
    std::vector<std::jthread> callers;
    for (int i = 0; i < 16; ++i) {
      callers.emplace_back([&, i] {
        for (int k = 0; k < 200; ++k) {
          const auto kind = (i + k) % 3 == 0 ? Kind::RecoveryCode : Kind::Password;
          const auto result = pool.run(
              kind, [&] { return ++executed; }, std::chrono::milliseconds(k % 2));
          if (result) ++succeeded;
          ++answered;
        }
      });
    }
    callers.erase(callers.begin(), callers.begin() + 8);
    pool.stop();
    callers.clear();
  }
  EXPECT_EQ(answered, 16 * 200);
  EXPECT_EQ(executed, succeeded);
}

}  // namespace
}  // namespace tweestap::platform
