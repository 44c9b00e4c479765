// A batch that comes from elsewhere (in a cluster: from Kafka) is believed in nothing.
#include "eventstore/applying.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "eventstore/creation.h"
#include "eventstore/envelope.h"
#include "tests/support/eventstore_appenders.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using tests::Play;

class INP_2_Batch : public testing::Test {
 protected:
  // A store with one batch, and the batch that would have come next.
  void SetUp() override {
    tests::PlayStore store{folder_.path() / "data"};
    tests::PlayStore::Options options;
    options.wrap = control_.wrap();
    ASSERT_TRUE(store.open(options));
    Play play;
    play.subject = tests::subject(1);
    play.events = 2;
    ASSERT_TRUE(store.play(play));
    play.personal = true;
    control_.fail();
    ASSERT_FALSE(store.play(play));
    store.close();
    const auto next = decode_batch(control_.batches().back());
    ASSERT_TRUE(next);
    next_ = *next;
    StorageSettings settings;
    settings.folder = log_folder(folder_.path() / "data");
    settings.cache_bytes = std::uint64_t{8} << 20;
    const auto storage = Storage::open_read_only(settings);
    ASSERT_TRUE(storage) << storage.error().reason;
    storage_ = *storage;
  }
  // Whether the store takes it; a refusal has to be Damaged.
  bool takes(const Batch& batch) {
    auto applying = Applying::load(storage_, {&view_});
    EXPECT_TRUE(applying);
    const auto applied = (*applying)->apply(batch);
    if (!applied) {
      EXPECT_EQ(applied.error().kind, platform::Failure::Kind::Damaged) << applied.error().reason;
    }
    return applied.has_value();
  }
  bool takes_with(const std::function<void(Envelope&)>& change) {
    Batch batch = next_;
    auto envelope = decode(batch.entries.back().envelope);
    EXPECT_TRUE(envelope);
    change(*envelope);
    batch.entries.back().envelope.clear();
    encode(*envelope, batch.entries.back().envelope);
    return takes(batch);
  }
  tests::TemporaryFolder folder_;
  tests::AppendControl control_;
  tests::PlayCounts view_;
  Batch next_;
  std::shared_ptr<Storage> storage_;
};

TEST_F(INP_2_Batch, IsTakenAsItWasMade) {
  EXPECT_TRUE(takes(next_));
  EXPECT_TRUE(takes_with([](Envelope&) {}));
}

TEST_F(INP_2_Batch, WithAGapBetweenPositionsIsDamage) {
  EXPECT_FALSE(takes_with([](Envelope& envelope) { ++envelope.position; }));
  EXPECT_FALSE(takes_with([](Envelope& envelope) { --envelope.position; }));
}

TEST_F(INP_2_Batch, WithAGapBetweenVersionsIsDamage) {
  EXPECT_FALSE(takes_with([](Envelope& envelope) { ++envelope.version; }));
  EXPECT_FALSE(takes_with([](Envelope& envelope) { --envelope.version; }));
  EXPECT_FALSE(takes_with([](Envelope& envelope) { envelope.subject = tests::subject(2); }));
}

TEST_F(INP_2_Batch, WithAnEventOfAnotherLogOrTimeIsDamage) {
  EXPECT_FALSE(takes_with([](Envelope& envelope) { envelope.log.bytes[3] ^= 1; }));
  EXPECT_FALSE(takes_with([](Envelope& envelope) { ++envelope.time.us; }));
}

TEST_F(INP_2_Batch, ThatIsOlderThanTheOneBeforeIsDamage) {
  Batch without_events = next_;
  without_events.entries.clear();
  without_events.time = load_head(*storage_)->time;
  EXPECT_TRUE(takes(without_events));
  --without_events.time.us;
  EXPECT_FALSE(takes(without_events));
}

TEST_F(INP_2_Batch, WithOtherSealedBytesThanItsEventsCommitToIsDamage) {
  Batch changed = next_;
  ASSERT_FALSE(changed.entries.back().sealed_personal.empty());
  changed.entries.back().sealed_personal.back() ^= 1;
  EXPECT_FALSE(takes(changed));
  Batch swapped = next_;
  std::swap(swapped.entries[0].sealed_personal, swapped.entries[1].sealed_personal);
  EXPECT_FALSE(takes(swapped));
  Batch without = next_;
  without.entries.back().sealed_personal.clear();
  EXPECT_FALSE(takes(without));
  Batch surplus = next_;
  surplus.entries.back().sealed_secret = "not asked for";
  EXPECT_FALSE(takes(surplus));
}

}  // namespace
}  // namespace tweestap::eventstore
