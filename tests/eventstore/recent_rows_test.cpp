// Rows in memory: never older than what somebody was told, and bounded.
#include "eventstore/recent_rows.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "eventstore/keys.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

TEST(RecentRows, KnowWhatWasPublishedAndWhatIsAbsent) {
  RecentRows rows{std::size_t{1} << 20};
  std::string value;
  EXPECT_EQ(rows.find("k1", value), std::nullopt);
  RowLayer batch;
  batch.set("k1", "one");
  batch.set("k2", std::nullopt);
  rows.publish(batch);
  EXPECT_EQ(rows.find("k1", value), true);
  EXPECT_EQ(value, "one");
  EXPECT_EQ(rows.find("k2", value), false);
  rows.add("k1", "two");
  EXPECT_EQ(rows.find("k1", value), true);
  EXPECT_EQ(value, "two");
  rows.clear();
  EXPECT_EQ(rows.find("k1", value), std::nullopt);
}

TEST(RecentRows, ForgetWhatWasNotAskedForLately) {
  RecentRows rows{std::size_t{1} << 20};
  const std::string big(1000, 'v');
  std::string value;
  rows.add("often", big);
  rows.add("never", big);
  for (int i = 0; i < 4000; ++i) {  // four times what there is room for
    rows.add("row " + std::to_string(i), big);
    ASSERT_EQ(rows.find("often", value), true) << i;
  }
  EXPECT_EQ(rows.find("never", value), std::nullopt);
}

TEST(RecentRows, AnOlderValueOfTheOldHalfIsNeverSeenAgain) {
  // Every key is written again and again while others push it from half to half.
  RecentRows rows{std::size_t{64} << 10};
  std::string value;
  for (int round = 0; round < 200; ++round) {
    for (int key = 0; key < 50; ++key)
      rows.add("k" + std::to_string(key), std::to_string(round) + std::string(200, 'v'));
    for (int key = 0; key < 50; ++key) {
      if (rows.find("k" + std::to_string(key), value) == true) {
        ASSERT_TRUE(value.starts_with(std::to_string(round) + "v")) << key;
      }
    }
  }
}

TEST(RecentRows, WithoutRoomKeepNothing) {
  RecentRows rows{0};
  std::string value;
  rows.add("k", "v");
  EXPECT_EQ(rows.find("k", value), std::nullopt);
}

// What a caller reads after an answer has that answer's rows, also while many batches overlap.
TEST(RecentRows, AreNotOlderThanAnAnswer) {
  tests::TemporaryFolder folder;
  tests::PlayStore store{folder.path() / "data"};
  ASSERT_TRUE(store.open());
  std::vector<std::jthread> callers;
  for (std::uint64_t caller = 0; caller < 16; ++caller) {
    callers.emplace_back([&store, caller] {
      const domain::Subject mine = tests::subject(caller);
      for (std::uint64_t n = 1; n <= 200; ++n) {
        tests::Play play;
        play.subject = mine;
        ASSERT_TRUE(store.play(play, caller * 1000 + n));
        const auto rows = store.partition().reader().latest_rows();
        ASSERT_EQ(tests::PlayCounts::count_of(*rows, mine), n);
      }
    });
  }
  callers.clear();
}

}  // namespace
}  // namespace tweestap::eventstore
