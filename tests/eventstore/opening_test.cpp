// Opening a data folder: what is refused, with which sentence, and that a refusal changes nothing.
#include "eventstore/opening.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <optional>

#include "eventstore/creation.h"
#include "eventstore/keys.h"
#include "eventstore/recovery_floor.h"
#include "eventstore/secondary.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using tests::Play;
using tests::PlayStore;
using tests::TemporaryFolder;
namespace fs = std::filesystem;

class Opening : public testing::Test {
 protected:
  std::expected<OpenedStore, Failure> open(bool create) {
    OpenSettings settings;
    settings.data = data_;
    settings.create = create;
    settings.reserve_bytes = reserve_bytes_;
    settings.cache_bytes = std::uint64_t{8} << 20;
    return open_store(settings, random_);
  }
  void expect_refused(Failure::Kind kind, const std::string& words, bool create = false) {
    const auto before = listing();
    const auto refused = open(create);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, kind) << refused.error().reason;
    EXPECT_NE(refused.error().reason.find(words), std::string::npos) << refused.error().reason;
    EXPECT_EQ(listing(), before);
  }
  // Names, sizes and times of everything in the folder.
  std::string listing() const {
    std::map<std::string, std::string> all;
    if (!fs::exists(data_)) return "absent";
    for (const auto& entry : fs::recursive_directory_iterator{data_}) {
      if (!entry.is_regular_file()) continue;
      all[entry.path().string()] =
          std::to_string(entry.file_size()) + " " + std::to_string(entry.last_write_time().time_since_epoch().count());
    }
    std::string text;
    for (const auto& [name, about] : all) text += name + " " + about + "\n";
    return text;
  }
  void play(std::size_t commands) {
    PlayStore store{data_};
    ASSERT_TRUE(store.open());
    for (std::size_t i = 0; i < commands; ++i) {
      Play play;
      play.subject = tests::subject(i % 3);
      ASSERT_TRUE(store.play(play));
    }
  }
  // A store with three events, one of whose families is changed behind our back.
  void change(Family family, std::string_view key, std::optional<std::string> value) {
    play(3);
    StorageSettings settings;
    settings.folder = log_folder(data_);
    const auto storage = Storage::open(settings);
    ASSERT_TRUE(storage);
    rocksdb::WriteBatch batch;
    const rocksdb::Slice name{key.data(), key.size()};
    const auto handle = (*storage)->handle(family);
    ASSERT_TRUE((value ? batch.Put(handle, name, *value) : batch.Delete(handle, name)).ok());
    ASSERT_TRUE((*storage)->write(batch));
  }
  TemporaryFolder folder_;
  fs::path data_ = folder_.path() / "data";
  platform::SystemRandom random_;
  std::uint64_t reserve_bytes_ = 1 << 20;
};

using DUR_2 = Opening;
using DUR_4 = Opening;

TEST_F(Opening, MakesANewStoreWhereItIsToldTo) {
  const auto made = open(true);
  ASSERT_TRUE(made) << made.error().reason;
  EXPECT_TRUE(made->created());
  EXPECT_EQ(made->reader().log().head().position, 0U);
  EXPECT_EQ(made->dropped_bytes(), 0U);
  EXPECT_EQ(fs::status(data_).permissions(), fs::perms::owner_all);
}

TEST_F(Opening, KeepsLogIdAndEvents) {
  domain::LogId id;
  {
    const auto made = open(true);
    ASSERT_TRUE(made);
    id = made->reader().log().id();
  }
  play(5);
  const auto again = open(true);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->created());
  EXPECT_EQ(again->reader().log().id(), id);
  EXPECT_EQ(again->reader().log().head().position, 5U);
}

TEST_F(Opening, RefusesAFolderThatIsNotThere) {
  expect_refused(Failure::Kind::Invalid, "there is no data folder");
  EXPECT_FALSE(fs::exists(data_));
}

TEST_F(Opening, RefusesAFolderThatIsNotOurs) {
  fs::create_directories(data_);
  expect_refused(Failure::Kind::Invalid, "not a Tweestap data folder");
  std::ofstream{data_ / "thesis.odt"} << "chapter one";
  expect_refused(Failure::Kind::Invalid, "thesis.odt", /*create=*/true);
}

TEST_F(Opening, KeysMayBeThereBeforeTheLog) {
  fs::create_directories(data_ / "keys");
  std::ofstream{data_ / "kek"} << "key";
  EXPECT_TRUE(open(true));
}

TEST_F(Opening, FinishesAFirstStartThatWasCutShort) {
  fs::create_directories(data_ / "log.new");
  std::ofstream{data_ / "log.new" / "CURRENT"} << "torn";
  ASSERT_TRUE(RecoveryFloor::create(ring_file(data_), {0, empty_root()}));
  EXPECT_TRUE(open(true));
}

TEST_F(Opening, RefusesAnotherDatabase) {
  play(1);
  fs::remove_all(log_folder(data_));
  rocksdb::DB* db = nullptr;
  rocksdb::Options options;
  options.create_if_missing = true;
  ASSERT_TRUE(rocksdb::DB::Open(options, log_folder(data_).string(), &db).ok());
  delete db;
  expect_refused(Failure::Kind::Invalid, "not a Tweestap log", true);
}

TEST_F(Opening, RefusesAnotherFormat) {
  play(1);
  {
    StorageSettings settings;
    settings.folder = log_folder(data_);
    const auto storage = Storage::open(settings);
    ASSERT_TRUE(storage);
    rocksdb::WriteBatch batch;
    ASSERT_TRUE(batch.Put((*storage)->handle(Family::Meta), kMetaFormat, identity_value({7, {}})).ok());
    ASSERT_TRUE((*storage)->write(batch));
  }
  expect_refused(Failure::Kind::Invalid, "has format 7", true);
}

TEST_F(Opening, RefusesAFolderInUse) {
  const auto first = open(true);
  ASSERT_TRUE(first);
  const auto second = open(true);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Failure::Kind::Unavailable);
  EXPECT_NE(second.error().reason.find("in use"), std::string::npos);
}

TEST_F(Opening, RefusesWithoutTheRingFile) {
  play(1);
  fs::remove(ring_file(data_));
  expect_refused(Failure::Kind::Damaged, "is missing", true);
}

TEST_F(DUR_2, RefusesWithoutTheLogThatTheRingFileKnows) {
  PlayStore store{data_};
  ASSERT_TRUE(store.open());
  Play play;
  play.subject = tests::subject(1);
  play.events = 3;
  ASSERT_TRUE(store.play(play));
  store.close();
  fs::remove_all(log_folder(store.data()));
  const auto refused = store.open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Failure::Kind::Damaged);
  EXPECT_NE(refused.error().reason.find("events 1 to 3"), std::string::npos) << refused.error().reason;
  EXPECT_FALSE(fs::exists(log_folder(store.data())));
}

TEST_F(DUR_4, RefusesWithTheFigureBelowTheReserve) {
  play(1);
  reserve_bytes_ = std::uint64_t{1} << 50;
  expect_refused(Failure::Kind::Unavailable, "MiB", true);
}

// An older state of the whole log under a newer ring file: what a restored copy of `log/` looks like.
TEST_F(DUR_2, NamesThePositionsThatTheRingFileKnows) {
  play(3);
  fs::copy(log_folder(data_), folder_.path() / "old", fs::copy_options::recursive);
  play(4);
  fs::remove_all(log_folder(data_));
  fs::copy(folder_.path() / "old", log_folder(data_), fs::copy_options::recursive);
  expect_refused(Failure::Kind::Damaged, "events 4 to 7 were acknowledged and are missing");
}

// Two logs that went on differently from one copy: as many events, yet others.
TEST_F(DUR_2, RefusesOtherEventsThanThoseAcknowledged) {
  play(3);
  fs::copy(data_, folder_.path() / "other", fs::copy_options::recursive);
  play(4);
  fs::copy(ring_file(data_), folder_.path() / "ring");
  data_ = folder_.path() / "other";
  play(5);
  fs::copy_file(folder_.path() / "ring", ring_file(data_), fs::copy_options::overwrite_existing);
  expect_refused(Failure::Kind::Damaged, "are not those that were acknowledged");
}

TEST_F(DUR_2, RefusesAnEventThatIsNotWhatTheTreeHolds) {
  change(Family::Events, position_key(2), "another event");
  expect_refused(Failure::Kind::Damaged, "event 2 is not what the tree holds");
}

TEST_F(DUR_2, RefusesAHoleAmongTheNewestEvents) {
  change(Family::Events, position_key(2), std::nullopt);
  expect_refused(Failure::Kind::Damaged, "event 2 is missing");
}

TEST_F(DUR_2, RefusesEventsBeyondTheHead) {
  change(Family::Events, position_key(4), "one too many");
  expect_refused(Failure::Kind::Damaged, "beyond its head");
}

TEST_F(DUR_2, RefusesAHeadThatTheTreeDoesNotLeadTo) {
  Head head;
  head.position = 3;
  change(Family::Meta, kMetaHead, head_value(head));
  expect_refused(Failure::Kind::Damaged, "does not lead to its root");
}

// After a power cut the ring file may be a second old.
TEST_F(Opening, ARingFileBehindTheLogIsNoTrouble) {
  play(3);
  fs::copy(ring_file(data_), folder_.path() / "ring");
  play(4);
  fs::copy_file(folder_.path() / "ring", ring_file(data_), fs::copy_options::overwrite_existing);
  const auto opened = open(false);
  ASSERT_TRUE(opened) << opened.error().reason;
  EXPECT_EQ(opened->reader().log().head().position, 7U);
}

TEST_F(Opening, ASecondaryReadsAStoreThatRuns) {
  PlayStore store{data_};
  ASSERT_TRUE(store.open());
  Play play;
  play.subject = tests::subject(1);
  ASSERT_TRUE(store.play(play));
  auto secondary = Secondary::open(data_);
  ASSERT_TRUE(secondary) << secondary.error().reason;
  EXPECT_EQ(secondary->reader().log().head().position, 1U);
  ASSERT_TRUE(store.play(play));
  EXPECT_EQ(secondary->reader().log().head().position, 1U);
  ASSERT_TRUE(secondary->catch_up());
  EXPECT_EQ(secondary->reader().log().head().position, 2U);
  EXPECT_EQ(tests::trouble_in(secondary->reader()), "");
  store.close();
  ASSERT_TRUE(secondary->catch_up());
  EXPECT_EQ(secondary->reader().log().head().position, 2U);
}

TEST_F(Opening, ASecondaryRefusesWhatIsNotOurs) {
  const auto absent = Secondary::open(data_);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, Failure::Kind::Invalid);
  fs::create_directories(data_);
  EXPECT_FALSE(Secondary::open(data_));
}

}  // namespace
}  // namespace tweestap::eventstore
