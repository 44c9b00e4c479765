// DUR-3: a write or sync that failed ends it all; THR-3: until then nobody hears anything but "unavailable".
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tests/support/eventstore_disk.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

enum class Broken { Writes, Syncs };

class DUR_3 : public testing::TestWithParam<Broken> {};

TEST_P(DUR_3, NoSuccessAfterTheFirstFailure) {
  TemporaryFolder folder;
  FaultyDisk disk;
  PlayStore store{folder.path() / "data"};
  PlayStore::Options options;
  options.faults.env = disk.env();
  ASSERT_TRUE(store.open(options));
  std::atomic<bool> first_failure{false};
  std::atomic<int> successes{0};
  std::atomic<int> late_successes{0};
  std::atomic<std::uint64_t> acknowledged{0};
  std::vector<std::jthread> clients;
  for (std::uint64_t c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      for (int after = 0; after < 20;) {
        Play play;
        play.subject = subject(c);
        const bool was_broken = first_failure;
        const auto result = store.play(play);
        if (result) {
          ++successes;
          if (was_broken) ++late_successes;
          std::uint64_t seen = acknowledged;
          while (seen < result->first_position && !acknowledged.compare_exchange_weak(seen, result->first_position)) {
          }
        } else {
          first_failure = true;
          ++after;
          EXPECT_EQ(result.error().kind, platform::Failure::Kind::Unavailable);
        }
      }
    });
  }
  while (successes < 100) std::this_thread::yield();
  const auto broken_at = steady_clock::now();
  GetParam() == Broken::Writes ? disk.fail_writes() : disk.fail_syncs();
  while (store.fatal().times() == 0) std::this_thread::yield();
  EXPECT_LT(steady_clock::now() - broken_at, 1s);
  clients.clear();
  EXPECT_EQ(late_successes, 0);
  EXPECT_EQ(store.fatal().times(), 1);
  EXPECT_FALSE(store.partition().accepts());

  // A disk that works again does not bring the store back: what it holds is not known before it is read again.
  disk.heal();
  EXPECT_FALSE(store.play(Play{}));
  store.close();
  PlayStore::Options again;
  again.create = false;
  const auto reopened = store.open(again);
  ASSERT_TRUE(reopened) << reopened.error().reason;
  EXPECT_GE(store.head(), acknowledged);
  EXPECT_EQ(store.trouble(), "");
  Play play;
  play.subject = subject(1);
  EXPECT_TRUE(store.play(play));
}

INSTANTIATE_TEST_SUITE_P(Kinds, DUR_3, testing::Values(Broken::Writes, Broken::Syncs));

}  // namespace
}  // namespace tweestap::tests
