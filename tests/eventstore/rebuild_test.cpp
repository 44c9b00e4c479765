// Rows from the log again.
#include "eventstore/rebuild.h"

#include <gtest/gtest.h>

#include "eventstore/fold.h"
#include "eventstore/keys.h"
#include "eventstore/view_checkpoints.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using tests::Play;
using tests::PlayCounts;
using tests::PlayStore;
using tests::TemporaryFolder;

class RebuildTest : public testing::Test {
 protected:
  void SetUp() override {
    PlayStore store{data_};
    ASSERT_TRUE(store.open());
    for (std::uint64_t i = 0; i < 60; ++i) {
      Play play;
      play.subject = tests::subject(i % 7);
      play.events = 1 + i % 3;
      play.secret = i % 5 == 0;
      ASSERT_TRUE(store.play(play));
    }
  }
  std::expected<OpenedStore, platform::Failure> open() {
    OpenSettings settings;
    settings.data = data_;
    settings.reserve_bytes = 1 << 20;
    settings.cache_bytes = std::uint64_t{8} << 20;
    return open_store(settings, random_);
  }
  static void damage(Storage& storage) {
    rocksdb::WriteBatch batch;
    const auto rows = storage.handle(Family::Rows);
    ASSERT_TRUE(batch.Put(rows, row_key(PlayCounts::kNumber, "a surplus row"), "x").ok());
    ASSERT_TRUE(
        batch.Delete(rows, row_key(PlayCounts::kNumber, "c" + std::string{platform::text_of(tests::subject(3).bytes)}))
            .ok());
    ASSERT_TRUE(batch
                    .Put(rows,
                         row_key(PlayCounts::kNumber, "c" + std::string{platform::text_of(tests::subject(4).bytes)}),
                         "changed")
                    .ok());
    ASSERT_TRUE(batch.Put(rows, row_key(PlayCounts::kNumber + 1, "of another view"), "kept").ok());
    ASSERT_TRUE(storage.write(batch));
  }
  TemporaryFolder folder_;
  std::filesystem::path data_ = folder_.path() / "data";
  platform::SystemRandom random_;
  PlayCounts view_;
  std::vector<InlineView*> views_{&view_};
};

TEST_F(RebuildTest, FindsTheLiveRowsEqual) {
  const auto store = open();
  ASSERT_TRUE(store);
  std::uint64_t last_done = 0;
  const auto compared = compare(store->reader(), views_, [&](std::uint64_t done, std::uint64_t all) {
    last_done = done;
    EXPECT_LE(done, all);
  });
  ASSERT_TRUE(compared);
  ASSERT_EQ(compared->size(), 1U);
  EXPECT_EQ(compared->front().different, 0U);
  EXPECT_GE(compared->front().rows, 7U);
  EXPECT_EQ(last_done, store->reader().log().head().position);
}

TEST_F(RebuildTest, FindsAndRepairsWhatDiffers) {
  auto store = open();
  ASSERT_TRUE(store);
  Storage& storage = StoreOpening::storage_of(*store);
  const std::string before = tests::content_of(storage, Family::Rows);
  damage(storage);
  const auto compared = compare(store->reader(), views_);
  ASSERT_TRUE(compared);
  EXPECT_EQ(compared->front().different, 3U);
  EXPECT_FALSE(compared->front().first_key.empty());
  PlayCounts another;
  std::vector<InlineView*> views{&another};
  ASSERT_TRUE(rebuild(*store, views));
  rocksdb::WriteBatch batch;
  ASSERT_TRUE(batch.Delete(storage.handle(Family::Rows), row_key(PlayCounts::kNumber + 1, "of another view")).ok());
  ASSERT_TRUE(storage.write(batch));
  EXPECT_EQ(tests::content_of(storage, Family::Rows), before);
}

TEST_F(RebuildTest, RowsThatDoNotFitMemoryGiveTheSame) {
  const auto store = open();
  ASSERT_TRUE(store);
  const StoredContent content{store->reader()};
  std::string small;
  std::string large;
  for (const auto& [bytes_max, text] : {std::pair{std::size_t{2000}, &small}, std::pair{kFoldBytesMax, &large}}) {
    Fold fold{bytes_max};
    PlayCounts view;
    std::vector<InlineView*> views{&view};
    ASSERT_TRUE(fold.run(content, content.head()->position, views, {}));
    ASSERT_TRUE(fold.visit(PlayCounts::kNumber, [&](std::string_view key, std::string_view value) {
      text->append(key).append(value);
      return std::expected<void, platform::Failure>{};
    }));
  }
  EXPECT_EQ(small, large);
  EXPECT_FALSE(small.empty());
}

TEST_F(RebuildTest, AnotherFormatIsRebuiltBeforeTheStoreIsUsed) {
  {
    const auto store = open();
    PlayCounts newer{2};
    std::vector<InlineView*> views{&newer};
    const auto states = view_states(store->reader(), views);
    ASSERT_TRUE(states);
    EXPECT_FALSE(states->front().current());
    EXPECT_EQ(states->front().format_stored, 1U);
  }
  PlayStore store{data_};
  PlayStore::Options options;
  options.view_format = 2;
  ASSERT_TRUE(store.open(options));
  EXPECT_EQ(store.trouble(), "");
}

TEST_F(RebuildTest, RowsOfAnotherFormatAreNotUsed) {
  auto store = open();
  ASSERT_TRUE(store);
  PlayCounts newer{2};
  platform::SystemClock clock;
  tests::PlayDecider decider;
  const auto refused = Partition::create(std::move(*store), {}, decider, {&newer}, clock, random_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, platform::Failure::Kind::Invalid);
}

TEST_F(RebuildTest, AKillInTheMiddleLeadsToARebuild) {
  auto store = open();
  ASSERT_TRUE(store);
  ASSERT_TRUE(drop_checkpoint(StoreOpening::storage_of(*store), PlayCounts::kNumber));
  damage(StoreOpening::storage_of(*store));
  const auto states = view_states(store->reader(), views_);
  ASSERT_TRUE(states);
  EXPECT_FALSE(states->front().current());
  // Without the rebuild the store is not used.
  platform::SystemClock clock;
  tests::PlayDecider decider;
  const auto refused = Partition::create(std::move(*store), {}, decider, views_, clock, random_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, platform::Failure::Kind::Invalid);
}

TEST_F(RebuildTest, AViewThatWasLeftOutForAWhileIsRebuilt) {
  {
    auto store = open();
    ASSERT_TRUE(store);
    platform::SystemClock clock;
    tests::PlayDecider decider;
    const auto without = Partition::create(std::move(*store), {}, decider, {}, clock, random_);
    ASSERT_TRUE(without) << without.error().reason;
    Play play;
    play.subject = tests::subject(1);
    ASSERT_TRUE((*without)->submit(tests::submission(play)));
  }
  const auto store = open();
  const auto states = view_states(store->reader(), views_);
  ASSERT_TRUE(states);
  EXPECT_FALSE(states->front().current());
}

}  // namespace
}  // namespace tweestap::eventstore
