// What is stored follows from the batches alone.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "eventstore/answers.h"
#include "eventstore/applying.h"
#include "eventstore/creation.h"
#include "eventstore/keys.h"
#include "tests/support/eventstore_appenders.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using tests::AppendControl;
using tests::Play;
using tests::PlayStore;
using tests::TemporaryFolder;

// An empty store of the same log, as a new node of a cluster would have it.
std::shared_ptr<Storage> empty_copy(const std::filesystem::path& folder, const domain::LogId& log) {
  StorageSettings settings;
  settings.folder = folder;
  settings.cache_bytes = std::uint64_t{8} << 20;
  auto storage = Storage::create(settings);
  EXPECT_TRUE(storage) << storage.error().reason;
  rocksdb::WriteBatch identity;
  EXPECT_TRUE(identity.Put((*storage)->handle(Family::Meta), kMetaFormat, identity_value({kStoreFormat, log})).ok());
  EXPECT_TRUE((*storage)->write(identity));
  return *storage;
}

Submission random_submission(std::mt19937_64& random, std::uint64_t id) {
  Play play;
  play.subject = tests::subject(random() % 20);
  play.events = random() % 4;
  play.count_max = 3 + random() % 200;
  play.personal = random() % 3 == 0;
  play.secret = !play.personal && random() % 3 == 0;
  play.text = std::string(1 + random() % (play.personal || play.secret ? 200 : 8), 'x');
  Submission made = tests::submission(play, id);
  if (random() % 4 == 0) {
    AnswerToKeep answer;
    answer.hash[0] = static_cast<std::uint8_t>(random() % 64);  // some come again
    answer.sealing_key = platform::Secret::from_text("01234567890123456789012345678901");
    answer.kept = domain::Duration{static_cast<std::int64_t>(random() % 2'000'000)};
    answer.render = [](const Outcome&, std::span<const Placed>) {
      return std::optional{platform::Secret::from_text("the answer")};
    };
    made.answer = std::move(answer);
  }
  if (random() % 10 == 0) made.new_wrapped_keys.emplace_back("wrapped");
  return made;
}

TEST(Determinism, RecordedBatchesGiveEqualRowsInAnEmptyStore) {
  const std::uint64_t seed = tests::test_seed();
  TemporaryFolder folder;
  AppendControl control;
  platform::ManualClock clock{1'700'000'000'000'000};
  PlayStore store{folder.path() / "data"};
  PlayStore::Options options;
  options.wrap = control.wrap();
  options.clock = &clock;
  options.answers_max = 20;
  ASSERT_TRUE(store.open(options));
  std::vector<std::jthread> clients;
  for (std::uint64_t c = 0; c < 4; ++c) {
    clients.emplace_back([&, c] {
      std::mt19937_64 random{seed + c};
      for (std::uint64_t i = 0; i < 150; ++i) {
        clock.advance(static_cast<std::int64_t>(random() % 100'000));
        if (random() % 50 == 0) clock.set_wall(clock.wall_us() - 100'000'000);
        ASSERT_TRUE(store.partition().submit(random_submission(random, c * 1000 + i)));
      }
    });
  }
  clients.clear();
  const Head head = store.partition().log().head();
  const domain::LogId log = store.partition().log().id();
  store.close();

  const auto copy = empty_copy(folder.path() / "copy", log);
  tests::PlayCounts view;
  auto applying = Applying::load(copy, {&view});
  ASSERT_TRUE(applying);
  for (const std::string& bytes : control.batches()) {
    const auto batch = decode_batch(bytes);
    ASSERT_TRUE(batch) << batch.error().reason;
    EXPECT_EQ(encode_batch(*batch), bytes);
    auto applied = (*applying)->apply(*batch);
    ASSERT_TRUE(applied) << applied.error().reason;
    if (applied->write.Count() > 0) {
      ASSERT_TRUE(copy->write(applied->write));
    }
  }
  EXPECT_EQ((*applying)->head(), head);
  EXPECT_LE(head.answers, 20U);

  StorageSettings settings;
  settings.folder = log_folder(folder.path() / "data");
  const auto original = Storage::open_read_only(settings);
  ASSERT_TRUE(original);
  for (const Family family : kFamilies) {
    if (family == Family::Cursors || family == Family::Meta) continue;
    EXPECT_EQ(tests::content_of(**original, family), tests::content_of(*copy, family))
        << kFamilyNames[static_cast<std::size_t>(family)];
  }
  for (const std::string_view name : {kMetaFormat, kMetaHead}) {
    EXPECT_EQ(*(*original)->get(Family::Meta, name), *copy->get(Family::Meta, name));
  }
}

TEST(Applying, RefusesABatchThatDoesNotContinueTheLog) {
  TemporaryFolder folder;
  const domain::LogId log{{1, 2, 3}};
  const auto storage = empty_copy(folder.path() / "log", log);
  auto applying = Applying::load(storage, {});
  ASSERT_TRUE(applying);
  Batch batch;
  batch.log = log;
  batch.first_position = 1;
  batch.previous_root = empty_root();
  EXPECT_TRUE((*applying)->begin(batch));
  Batch gap = batch;
  gap.first_position = 2;
  EXPECT_FALSE((*applying)->begin(gap));
  Batch foreign = batch;
  foreign.log = domain::LogId{{9}};
  EXPECT_FALSE((*applying)->begin(foreign));
  Batch other_past = batch;
  other_past.previous_root = platform::sha256("another past");
  EXPECT_FALSE((*applying)->begin(other_past));
}

}  // namespace
}  // namespace tweestap::eventstore
