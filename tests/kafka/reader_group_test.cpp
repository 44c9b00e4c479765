// Readers that share a topic as a group of Kafka's, against a real broker (docs/consumers.md).
#include "tests/kafka/reader_fixture.h"
#include "tests/support/eventually.h"

namespace tweestap::reader {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::eventually;

TEST_F(ReaderTest, AGroupGoesOnFromWhatWasCommitted) {
  log_.add_many(300);
  write(1, 300);
  options_.group = "a_group";
  const std::vector<std::uint64_t> dealt_with = listen_anew(200).positions;
  ASSERT_TRUE(reader_);
  const auto stored = reader_->commit();
  ASSERT_TRUE(stored) << stored.error().reason;
  // What comes behind is not stored, and comes again.
  EXPECT_EQ(listen(*reader_, 50).positions.size(), 50U);
  const Heard rest = listen_anew(100);
  EXPECT_EQ(together(dealt_with, rest.positions), all(1, 300));
  EXPECT_EQ(counts().repeats + counts().gaps, 0U);
}

TEST_F(ReaderTest, AGroupFindsTheGapBehindWhatWasCommitted) {
  log_.add_many(300);
  write(1, 100);
  options_.group = "another_group";
  EXPECT_EQ(listen_anew(100).positions, all(1, 100));
  ASSERT_TRUE(reader_ && reader_->commit());
  write(201, 300);
  serve(300);
  const Heard heard = listen_anew(200);
  EXPECT_EQ(heard.positions, all(101, 300));
  EXPECT_EQ(heard.fetched, 100U);
}

TEST_F(ReaderTest, AGroupGoesOnInTheMiddleOfAGapFromWhatWasHandedOver) {
  log_.add_many(400);
  write(1, 10);
  write(391, 400);
  serve(400);
  options_.group = "amid_a_gap";
  std::vector<std::uint64_t> heard_of;
  for (int round = 0; round < 4; ++round) {
    const Heard heard = listen_anew(100);
    heard_of = together(std::move(heard_of), heard.positions);
    // The rest of the page that was fetched is in the reader's hands and in nobody else's.
    ASSERT_TRUE(reader_);
    const auto stored = reader_->commit();
    ASSERT_TRUE(stored) << stored.error().reason;
  }
  EXPECT_EQ(heard_of, all(1, 400));
}

TEST_F(ReaderTest, TwoMembersOfAGroupShareItAndOneGoesOnForTheOther) {
  log_.add_many(400);
  write(1, 300);
  options_.group = "of_two";
  EXPECT_EQ(listen_anew(300).positions, all(1, 300));
  ASSERT_TRUE(reader_ && reader_->commit());
  auto second = Reader::create(options_);
  ASSERT_TRUE(second) << second.error().reason;
  // What each has heard; a rebalance wants both to be called.
  std::map<const Reader*, std::vector<std::uint64_t>> heard;
  const auto take_one_each = [&] {
    for (Reader* const member : {reader_.get(), second->get()}) {
      if (member == nullptr) continue;
      const auto delivery = member->next(50ms);
      EXPECT_TRUE(delivery) << delivery.error().reason;
      if (delivery && *delivery) heard[member].push_back((*delivery)->event.position);
    }
  };
  const auto has = [](const Reader& member) { return member.tokens().size(); };
  EXPECT_TRUE(eventually([&] {
    take_one_each();
    return has(**second) > 0 && has(*reader_) + has(**second) == static_cast<std::size_t>(kPartitions);
  }));
  EXPECT_TRUE(heard.empty()) << "what was stored comes to nobody again";
  write(301, 400);
  std::vector<std::uint64_t>& of_first = heard[reader_.get()];
  std::vector<std::uint64_t>& of_second = heard[second->get()];
  EXPECT_TRUE(eventually([&] {
    take_one_each();
    return of_first.size() + of_second.size() >= 100;
  }));
  EXPECT_FALSE(of_first.empty());
  EXPECT_FALSE(of_second.empty());
  EXPECT_EQ(together(of_first, of_second), all(301, 400));
  // One stores what it was given and the other does not, and leaves: that comes again, and nothing else does.
  const auto stored = reader_->commit();
  EXPECT_TRUE(stored) << stored.error().reason;
  std::ranges::sort(of_second);
  second->reset();
  of_first.clear();
  EXPECT_TRUE(eventually([&] {
    take_one_each();
    return of_first.size() >= of_second.size();
  }));
  std::ranges::sort(of_first);
  EXPECT_EQ(of_first, of_second);
  expect_nothing_more();
}

TEST_F(ReaderTest, AMemberWhoseServiceIsDownMakesRoomForAnother) {
  log_.add_many(100);
  write(1, 40);
  write(61, 100);
  serve(100);
  server_->turn_away(true);
  options_.group = "with_room";
  const Heard before = listen_anew(kAll);
  ASSERT_TRUE(before.over);
  EXPECT_EQ(before.over->trouble, Trouble::Unavailable);
  auto second = Reader::create(options_);
  ASSERT_TRUE(second) << second.error().reason;
  // Nothing is stored, so whoever is given a Kafka partition begins with its first event.
  EXPECT_TRUE(eventually([&] {
    static_cast<void>(reader_->next(0ms));  // what it is given again, or that the service is down
    const auto delivery = (*second)->next(100ms);
    return delivery && *delivery;
  }));
}

TEST_F(ReaderTest, AMemberWhoseServiceIsDownForLongStaysOne) {
  log_.add_many(100);
  write(1, 40);
  write(61, 100);
  serve(100);
  server_->turn_away(true);
  options_.group = "with_patience";
  // The shortest that brokers and librdkafka take.
  options_.librdkafka = {{"session.timeout.ms", "6000"}, {"max.poll.interval.ms", "6000"}};
  const Heard before = listen_anew(kAll);
  const auto down_until = steady_clock::now() + 8s;
  while (steady_clock::now() < down_until) {
    const auto delivery = reader_->next(100ms);
    ASSERT_FALSE(delivery);
    ASSERT_EQ(delivery.error().trouble, Trouble::Unavailable) << delivery.error().reason;
  }
  server_->turn_away(false);
  // Of a member that was taken for dead everything would come again: it has stored nothing.
  const Heard behind = listen(*reader_, 100 - before.positions.size());
  EXPECT_EQ(together(before.positions, behind.positions), all(1, 100));
  expect_nothing_more();
}

}  // namespace
}  // namespace tweestap::reader
