// DUR-1, second half: the power goes, and with it everything that was never synced.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "eventstore/creation.h"
#include "tests/support/eventstore_disk.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

namespace fs = std::filesystem;

constexpr int kClients = 4;

struct Cut {
  std::uint64_t acknowledged = 0;  // the highest position that a caller heard of
  std::expected<void, platform::Failure> reopened;
  std::uint64_t head = 0;
  std::string trouble;
  std::uint64_t dropped_bytes = 0;
};

// Plays for a while on a faulty disk, cuts the power, drops what was not synced, opens again on a good disk.
Cut cut_power(std::uint64_t seed, UnsyncedTail tail, bool sync, bool old_ring) {
  std::mt19937_64 random{seed};
  TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  FaultyDisk disk;
  PlayStore store{data};
  PlayStore::Options options;
  options.faults = {.env = disk.env(), .sync = sync};
  options.wal_bytes = std::uint64_t{1} << 20;
  Cut cut;
  cut.reopened = store.open(options);
  if (!cut.reopened) return cut;
  std::atomic<std::uint64_t> highest{0};
  std::atomic<int> answered{0};
  {
    std::vector<std::jthread> clients;
    for (int c = 0; c < kClients; ++c) {
      clients.emplace_back([&, c] {
        std::mt19937_64 own{seed * 31 + static_cast<std::uint64_t>(c)};
        for (;;) {
          Play play;
          play.subject = subject(own() % 9);
          play.events = 1 + own() % 4;
          play.personal = true;
          play.text = std::string(1 + own() % 1500, 'x');
          const auto result = store.play(play);
          if (!result) return;
          std::uint64_t last = result->first_position + result->count - 1;
          for (std::uint64_t seen = highest; seen < last && !highest.compare_exchange_weak(seen, last);) continue;
          ++answered;
        }
      });
    }
    const int enough = 50 + static_cast<int>(random() % 400);
    while (answered < enough / 2) std::this_thread::yield();
    // The ring file is synced once a second by itself: after a power cut it may be as old as this copy.
    fs::copy_file(eventstore::ring_file(data), folder.path() / "old ring");
    while (answered < enough) std::this_thread::yield();
    // In every second cut the last batch was written and not synced: that is what a torn tail is made of.
    random() % 2 == 0 ? disk.stop_the_world() : disk.fail_syncs();
  }
  store.close();
  cut.acknowledged = highest;
  disk.drop_unsynced(tail, random);
  if (old_ring) {
    fs::copy_file(folder.path() / "old ring", eventstore::ring_file(data), fs::copy_options::overwrite_existing);
  }
  PlayStore::Options again;
  again.create = false;
  cut.reopened = store.open(again);
  if (!cut.reopened) return cut;
  cut.head = store.head();
  cut.dropped_bytes = store.dropped_bytes();
  cut.trouble = store.trouble();
  return cut;
}

class DUR_1_PowerCut : public testing::TestWithParam<UnsyncedTail> {};

TEST_P(DUR_1_PowerCut, LosesNothingAcknowledged) {
  const std::uint64_t seed = test_seed();
  std::uint64_t dropped = 0;
  for (int round = 0; round < crash_rounds(5); ++round) {
    for (const bool old_ring : {false, true}) {
      const Cut cut = cut_power(seed + static_cast<std::uint64_t>(round), GetParam(), /*sync=*/true, old_ring);
      ASSERT_TRUE(cut.reopened) << "round " << round << ": " << cut.reopened.error().reason;
      ASSERT_GE(cut.head, cut.acknowledged) << "round " << round;
      ASSERT_EQ(cut.trouble, "") << "round " << round;
      dropped += cut.dropped_bytes;
    }
  }
  std::cout << dropped << " bytes of torn writes were dropped\n";
}

INSTANTIATE_TEST_SUITE_P(Tails, DUR_1_PowerCut,
                         testing::Values(UnsyncedTail::Lost, UnsyncedTail::CutSomewhere, UnsyncedTail::Garbage,
                                         UnsyncedTail::Zeros));

// What the test above is worth: without the sync it finds the loss.
TEST(DUR_1, WithoutSyncTheSameTestFindsALoss) {
  const std::uint64_t seed = test_seed();
  bool lost = false;
  for (int round = 0; round < 5 && !lost; ++round) {
    const Cut cut = cut_power(seed + static_cast<std::uint64_t>(round), UnsyncedTail::Lost, /*sync=*/false, true);
    lost = !cut.reopened || cut.head < cut.acknowledged;
  }
  EXPECT_TRUE(lost);
}

// And the ring file, which survives kill -9, makes the store refuse what the disk lost behind our back.
TEST(DUR_2, ADiskThatLiesAboutSyncIsFoundByTheRingFile) {
  const std::uint64_t seed = test_seed();
  const Cut cut = cut_power(seed, UnsyncedTail::Lost, /*sync=*/false, /*old_ring=*/false);
  ASSERT_FALSE(cut.reopened);
  EXPECT_EQ(cut.reopened.error().kind, platform::Failure::Kind::Damaged);
  EXPECT_NE(cut.reopened.error().reason.find("were acknowledged and are missing"), std::string::npos)
      << cut.reopened.error().reason;
}

}  // namespace
}  // namespace tweestap::tests
