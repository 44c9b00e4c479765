// Reading and following the log.
#include "eventstore/log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <future>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "eventstore/envelope.h"
#include "eventstore/follower.h"
#include "eventstore/head_watch.h"
#include "eventstore/keys.h"
#include "eventstore/storage.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using namespace std::chrono_literals;
using tests::Play;
using tests::PlayStore;
using tests::subject;
using tests::TemporaryFolder;

using Clock = std::chrono::steady_clock;

class LogTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_.open()); }
  void add(std::uint64_t of, std::size_t events) {
    Play play;
    play.subject = subject(of);
    play.events = events;
    ASSERT_TRUE(store_.play(play));
  }
  static std::vector<std::uint64_t> positions(const std::vector<Record>& page) {
    std::vector<std::uint64_t> all;
    for (const Record& record : page) all.push_back(record.position);
    return all;
  }
  const Log& log() { return store_.partition().log(); }
  TemporaryFolder folder_;
  PlayStore store_{folder_.path() / "data"};
};

TEST_F(LogTest, ReadsPagesInOrder) {
  EXPECT_TRUE(log().read(0)->empty());
  add(1, 5);
  EXPECT_EQ(positions(*log().read(0)), (std::vector<std::uint64_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(positions(*log().read(0, {.count_max = 2})), (std::vector<std::uint64_t>{1, 2}));
  EXPECT_EQ(positions(*log().read(4)), (std::vector<std::uint64_t>{5}));
  EXPECT_TRUE(log().read(5)->empty());
  EXPECT_TRUE(log().read(~std::uint64_t{0})->empty());
  // A bound that is smaller than an event still moves a reader on.
  EXPECT_EQ(positions(*log().read(2, {.count_max = 10, .bytes_max = 1})), (std::vector<std::uint64_t>{3}));
}

TEST_F(LogTest, AReaderOfThePastLeavesTheCacheToOthers) {
  StorageSettings settings;
  settings.folder = folder_.path() / "raw";
  auto storage = Storage::create(settings);
  ASSERT_TRUE(storage) << storage.error().reason;
  rocksdb::WriteBatch batch;
  for (std::uint64_t position = 1; position <= 100; ++position) {
    batch.Put((*storage)->handle(Family::Events), position_key(position), std::string(1000, 'x'));
  }
  ASSERT_TRUE((*storage)->write(batch));
  ASSERT_TRUE((*storage)->flush());
  storage->reset();  // with its cache, which has what was flushed
  storage = Storage::open(settings);
  ASSERT_TRUE(storage) << storage.error().reason;
  Head head;
  head.position = 100;
  const Log raw{*storage, std::make_shared<HeadWatch>(head), {}};
  const auto cached = [&] {
    std::uint64_t bytes = 0;
    EXPECT_TRUE(
        (*storage)->db().GetIntProperty((*storage)->handle(Family::Events), "rocksdb.block-cache-usage", &bytes));
    return bytes;
  };
  EXPECT_EQ(raw.read(0, {}, Caching::Leave)->size(), 100U);
  const std::uint64_t left = cached();
  EXPECT_EQ(positions(*raw.read(0)), positions(*raw.read(0, {}, Caching::Leave)));
  EXPECT_LT(left, cached());
}

TEST_F(LogTest, ReadsOneStreamBothWays) {
  add(1, 2);
  add(2, 1);
  add(1, 2);
  EXPECT_EQ(positions(*log().stream(subject(1), 0)), (std::vector<std::uint64_t>{1, 2, 4, 5}));
  EXPECT_EQ(positions(*log().stream(subject(1), 2)), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_EQ(positions(*log().stream(subject(1), 1, {.count_max = 1})), (std::vector<std::uint64_t>{2}));
  EXPECT_TRUE(log().stream(subject(1), 4)->empty());
  EXPECT_EQ(positions(*log().stream_backwards(subject(1), 0)), (std::vector<std::uint64_t>{5, 4, 2, 1}));
  EXPECT_EQ(positions(*log().stream_backwards(subject(1), 3, {.count_max = 1})), (std::vector<std::uint64_t>{2}));
  EXPECT_TRUE(log().stream_backwards(subject(1), 1)->empty());
  EXPECT_EQ(positions(*log().stream_backwards(subject(2), 0)), (std::vector<std::uint64_t>{3}));
  EXPECT_TRUE(log().stream(subject(3), 0)->empty());
  EXPECT_TRUE(log().stream_backwards(subject(3), 0)->empty());
  EXPECT_EQ(*log().version_of(subject(1)), 4U);
  EXPECT_EQ(*log().version_of(subject(3)), 0U);
}

TEST_F(LogTest, OneEventByItsPosition) {
  add(1, 1);
  EXPECT_FALSE(*log().at(0));
  EXPECT_FALSE(*log().at(2));
  const auto record = log().at(1);
  ASSERT_TRUE(record && *record);
  EXPECT_EQ(decode((*record)->envelope)->position, 1U);
}

TEST_F(LogTest, WaitingEndsWithTheNextEventTheTimeOrAStop) {
  std::stop_source stop;
  EXPECT_EQ(log().wait_beyond(0, 1ms, stop.get_token()), 0U);
  auto woken = std::async(std::launch::async, [&] { return log().wait_beyond(0, 1h, stop.get_token()); });
  add(1, 1);
  EXPECT_EQ(woken.get(), 1U);
  auto stopped = std::async(std::launch::async, [&] { return log().wait_beyond(1, 1h, stop.get_token()); });
  stop.request_stop();
  EXPECT_EQ(stopped.get(), 1U);
}

TEST_F(LogTest, ACursorHasItsNoteBesideIt) {
  EXPECT_EQ(*store_.partition().cursor_note("test"), "");
  ASSERT_TRUE(store_.partition().set_cursor("test", 5, "of five"));
  ASSERT_TRUE(store_.partition().set_cursor("other", 9));
  EXPECT_EQ(*store_.partition().cursor_note("other"), "");
  store_.close();
  ASSERT_TRUE(store_.open());
  EXPECT_EQ(*store_.partition().cursor("test"), 5U);
  EXPECT_EQ(*store_.partition().cursor_note("test"), "of five");
  ASSERT_TRUE(store_.partition().set_cursor("test", 6));
  EXPECT_EQ(*store_.partition().cursor_note("test"), "of five");
  ASSERT_TRUE(store_.partition().set_cursor("test", 7, std::string(kCursorNoteBytesMax, 'n')));
  EXPECT_DEATH(static_cast<void>(store_.partition().set_cursor("test", 8, std::string(kCursorNoteBytesMax + 1, 'n'))),
               "note");
  EXPECT_DEATH(static_cast<void>(store_.partition().set_cursor("test", 8, "")), "note");
}

TEST_F(LogTest, AFollowerSeesEverythingInOrderAndGoesOnWhereItWas) {
  add(1, 10);
  std::atomic<std::uint64_t> last{0};
  const auto handle = [&](std::span<const Record> page) -> std::expected<void, platform::Failure> {
    EXPECT_LT(*store_.partition().cursor("test"), page.front().position);
    for (const Record& record : page) {
      EXPECT_EQ(record.position, last + 1);
      last = record.position;
    }
    return {};
  };
  {
    Follower follower{store_.partition(), {.name = "test", .page = {.count_max = 3}}, handle};
    tests::until([&] { return last == 10; });
    add(1, 5);
    tests::until([&] { return last == 15; });
  }
  EXPECT_EQ(*store_.partition().cursor("test"), 15U);
  store_.close();
  ASSERT_TRUE(store_.open());
  add(1, 1);
  Follower follower{store_.partition(), {.name = "test"}, handle};
  tests::until([&] { return follower.cursor() == 16; });
  EXPECT_EQ(last, 16U);
  EXPECT_EQ(*store_.partition().cursor("another"), 0U);
}

// A crash in the middle of a page brings the page again; an effect may come twice, and never not at all.
TEST_F(LogTest, ACursorIsNeverAheadOfWhatWasHandled) {
  add(1, 3);
  std::atomic<int> tries{0};
  const auto handle = [&](std::span<const Record>) -> std::expected<void, platform::Failure> {
    ++tries;
    return std::unexpected(platform::Failure{});
  };
  {
    Follower follower{store_.partition(), {.name = "test", .pause_max = 1ms}, handle};
    tests::until([&] { return tries > 1; });
    EXPECT_EQ(follower.cursor(), 0U);
  }
  EXPECT_EQ(*store_.partition().cursor("test"), 0U);
}

TEST_F(LogTest, AFollowerTriesAgainWhatFailedOrThrew) {
  add(1, 1);
  std::atomic<int> tries{0};
  const auto handle = [&](std::span<const Record>) -> std::expected<void, platform::Failure> {
    const int which = ++tries;
    if (which == 1) return std::unexpected(platform::Failure{});
    if (which == 2) throw std::runtime_error("from a library");
    return {};
  };
  std::atomic<int> told{0};  // once for both: they came one after the other
  const auto on_trouble = [&](const platform::Failure&) { ++told; };
  Follower follower{store_.partition(), {.name = "test", .pause_max = 1ms, .on_trouble = on_trouble}, handle};
  tests::until([&] { return follower.cursor() == 1; });
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(told, 1) << "somebody has to hear that it stands still";
}

TEST_F(LogTest, AFollowerRestsAfterAPageThatWasNotFull) {
  constexpr auto kRest = 500ms;
  add(1, 10);
  std::vector<std::size_t> sizes;  // the follower's own while it lives
  std::vector<Clock::time_point> begun;
  Clock::time_point read_to_the_end;
  const auto handle = [&](std::span<const Record> page) -> std::expected<void, platform::Failure> {
    sizes.push_back(page.size());
    begun.push_back(Clock::now());
    if (page.back().position == 10) {
      add(1, 3);  // stored before this page is done, so whoever does not rest has them at once
      read_to_the_end = Clock::now();
    }
    return {};
  };
  {
    Follower follower{store_.partition(), {.name = "test", .page = {.count_max = 4}, .rest = kRest}, handle};
    tests::until([&] { return follower.cursor() == 13; });
  }
  ASSERT_EQ(sizes, (std::vector<std::size_t>{4, 4, 2, 3}));
  EXPECT_GE(begun[3] - read_to_the_end, kRest) << "what comes during its rest is read together, behind it";
}

TEST_F(LogTest, AFollowerReadsOnAfterAFullPageAndAStopEndsItsRest) {
  constexpr auto kRest = 20s;
  add(1, 10);
  std::atomic<std::size_t> pages{0};
  const auto handle = [&](std::span<const Record>) -> std::expected<void, platform::Failure> {
    ++pages;
    return {};
  };
  const auto begin = Clock::now();
  Clock::time_point stopped;
  {
    Follower follower{store_.partition(), {.name = "test", .page = {.count_max = 4}, .rest = kRest}, handle};
    tests::until([&] { return follower.cursor() == 10; });
    stopped = Clock::now();
  }
  EXPECT_EQ(pages, 3U);
  EXPECT_LT(stopped - begin, kRest) << "after a full page there is more to read";
  EXPECT_LT(Clock::now() - stopped, kRest / 2);
  EXPECT_EQ(*store_.partition().cursor("test"), 10U);
}

}  // namespace
}  // namespace tweestap::eventstore
