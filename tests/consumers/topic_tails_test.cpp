#include "consumers/kafka/topic_tails.h"

#include <gtest/gtest.h>

#include <string>

#include "consumers/kafka/partition_of.h"
#include "consumers/kafka/remembered_topic.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::Secret;
using End = TailSearch::End;
using Kind = Tail::Kind;

constexpr std::string_view kEvents = "tweestap.events";
constexpr std::int32_t kPartition = 3;
constexpr std::int32_t kCount = 9;       // where the subject policy belongs there
constexpr std::int32_t kOtherCount = 5;  // where it does not, and the subject service does
const domain::LogId kLog{{1}};
const domain::LogId kOlderLog{{2}};

MacKeys keys(std::string_view text = "the service's own") {
  MacKeys all;
  all.emplace(1, Secret::from_text(text));
  return all;
}

std::string envelope(const domain::LogId& log, std::uint64_t position, const std::string& subject = "policy") {
  const std::string number = std::to_string(position);
  return R"({"specversion":"1.0","id":")" + log.text() + "/" + number + R"(","source":"urn:tweestap:)" + log.text() +
         R"(","type":"policy.changed","schemaversion":1,"subject":")" + subject +
         R"(","time":"2026-09-21T14:13:20.123456Z","position":)" + number + R"(,"version":1,"data":{}})";
}

class Search {
 public:
  explicit Search(std::uint64_t acknowledged = 0, std::int32_t count = kCount)
      : search_(kLog, kEvents, kPartition, count, keys_, acknowledged) {}
  Search& own(std::uint64_t position, const std::string& subject = "policy") {
    return see(envelope(kLog, position, subject), keys_, kPartition);
  }
  Search& of_older_log(std::uint64_t position) { return see(envelope(kOlderLog, position), keys_, kPartition); }
  Search& forged(std::uint64_t position) { return see(envelope(kLog, position), keys("a stranger's"), kPartition); }
  Search& moved_here(std::uint64_t position) { return see(envelope(kLog, position), keys_, kPartition + 1); }
  Search& stranger_of_older_log(std::uint64_t position) {
    return see(envelope(kOlderLog, position), keys("a stranger's"), kPartition);
  }
  /// At offset 0, with the position before it.
  Search& begins_with(std::uint64_t position, std::uint64_t previous, const domain::LogId& log = kLog,
                      const MacKeys& with = keys()) {
    const std::string bytes = envelope(log, position);  // which the record points into
    StreamRecord record;
    EXPECT_TRUE(record.take(bytes));
    record.place({kEvents, kPartition, previous}, with);
    search_.see_first({record.key(), record.value(), record.headers()});
    return *this;
  }
  Search& junk() {
    search_.see({"key", "value", {}});
    search_.see({std::nullopt, std::nullopt, {}});
    return *this;
  }
  bool settled() const { return search_.settled(); }
  Tail finish(End end) { return std::move(search_).finish(end); }

 private:
  Search& see(const std::string& bytes, const MacKeys& with, std::int32_t partition) {
    StreamRecord record;
    EXPECT_TRUE(record.take(bytes));
    record.place({kEvents, partition, 0}, with);
    search_.see({record.key(), record.value(), record.headers()});
    return *this;
  }
  MacKeys keys_ = keys();
  TailSearch search_;
};

TEST(TailSearch, FindsTheNewestOwnRecord) {
  Search search;
  EXPECT_FALSE(search.settled());
  search.own(7).own(9).junk();
  EXPECT_TRUE(search.settled());
  const Tail tail = search.finish(End::FirstRecord);
  EXPECT_EQ(tail.kind, Kind::Own);
  EXPECT_EQ(tail.position, 9U);
  EXPECT_EQ(tail.value, envelope(kLog, 9));
  EXPECT_EQ(tail.forged, 0U);
}

TEST(TailSearch, LooksFurtherBackBehindTheRecordsOfOthers) {
  Search search;
  search.junk().forged(500).stranger_of_older_log(3).moved_here(12);
  EXPECT_FALSE(search.settled());
  search.own(4);
  const Tail tail = search.finish(End::Bound);
  EXPECT_EQ(tail.kind, Kind::Own);
  EXPECT_EQ(tail.position, 4U);
  EXPECT_EQ(tail.forged, 500U);
}

TEST(TailSearch, EndsAtWhatWasWrittenForAnOlderLog) {
  Search search;
  search.of_older_log(9000);
  EXPECT_TRUE(search.settled());
  const Tail tail = search.finish(End::Bound);
  EXPECT_EQ(tail.kind, Kind::None);
  EXPECT_EQ(tail.position, 0U);
  EXPECT_EQ(tail.forged, 0U);
}

// Whoever may write to the topic can copy what lies there, mac and all.
TEST(TailSearch, IsNotEndedByAnOldRecordOnceMore) {
  Search search{100};
  search.own(40).of_older_log(9000);
  EXPECT_FALSE(search.settled());
  search.own(99);
  EXPECT_FALSE(search.settled());
  search.own(100);
  EXPECT_TRUE(search.settled());
  EXPECT_EQ(search.finish(End::Bound).position, 100U);
}

TEST(TailSearch, DoesNotTakeAnOldRecordForTheLastOneBeforeItHasLookedEverywhere) {
  const Tail unclear = Search{100}.own(40).finish(End::Bound);
  EXPECT_EQ(unclear.kind, Kind::Unclear);
  const Tail lost = Search{100}.own(40).finish(End::FirstRecord);
  EXPECT_EQ(lost.kind, Kind::Own);
  EXPECT_EQ(lost.position, 40U);
}

TEST(TailSearch, SaysHowFarItLooked) {
  EXPECT_EQ(Search{}.finish(End::FirstRecord).kind, Kind::None);
  EXPECT_EQ(Search{}.junk().finish(End::FirstRecord).kind, Kind::None);
  EXPECT_EQ(Search{}.junk().finish(End::Removed).kind, Kind::Removed);
  EXPECT_EQ(Search{}.forged(5).finish(End::Bound).kind, Kind::Unclear);
}

TEST(TailSearch, SeesThatThePartitionBeginsWithAnEventThatIsNotTheFirst) {
  EXPECT_TRUE(Search{}.begins_with(7, 3).finish(End::FirstRecord).begins_in_the_middle);
  EXPECT_FALSE(Search{}.begins_with(7, 0).finish(End::FirstRecord).begins_in_the_middle);
  EXPECT_FALSE(Search{}.begins_with(7, 3, kOlderLog).finish(End::FirstRecord).begins_in_the_middle);
  EXPECT_FALSE(Search{}.begins_with(7, 3, kLog, keys("a stranger's")).finish(End::FirstRecord).begins_in_the_middle);
}

TEST(TailSearch, SeesThatAnotherNumberOfPartitionsPutARecordThere) {
  ASSERT_EQ(partition_of("policy", kCount), kPartition);
  ASSERT_NE(partition_of("policy", kOtherCount), kPartition);
  ASSERT_EQ(partition_of("service", kOtherCount), kPartition);
  EXPECT_FALSE(Search{}.own(7).finish(End::FirstRecord).misplaced);
  EXPECT_TRUE(Search(0, kOtherCount).own(7).finish(End::FirstRecord).misplaced);
  // Some keys keep their place whatever the number, so the newest record alone says little.
  EXPECT_FALSE(Search(0, kOtherCount).own(9, "service").finish(End::FirstRecord).misplaced);
  EXPECT_TRUE(Search(0, kOtherCount).own(7).own(9, "service").finish(End::FirstRecord).misplaced);
  EXPECT_TRUE(Search(0, kOtherCount).own(9, "service").own(7).finish(End::FirstRecord).misplaced);
}

TEST(TailSearch, DoesNotJudgeThePlaceOfWhatIsNotThisLogs) {
  Search search{0, kOtherCount};
  search.junk().forged(7).moved_here(8).of_older_log(9).stranger_of_older_log(10);
  EXPECT_FALSE(search.finish(End::FirstRecord).misplaced);
}

Tail own(std::uint64_t position) { return {.kind = Kind::Own, .position = position, .value = {}}; }
Tail none() { return {}; }
Tail of(Kind kind) {
  Tail tail;
  tail.kind = kind;
  return tail;
}

TopicVerdict judge(std::vector<std::uint64_t> acknowledged, const std::vector<Tail>& tails, std::uint64_t cursor = 100,
                   std::uint64_t head = 120) {
  return judge_tails(head, cursor, {std::string{kEvents}, std::move(acknowledged)}, tails);
}

TEST(JudgeTails, GoesOnFromTheCursorAndPassesOverWhatIsThere) {
  EXPECT_EQ(judge({99, 100}, {own(99), own(104)}), (TopicVerdict{GoOn{100, {99, 104}, {}, {}}}));
  EXPECT_EQ(judge({0, 0}, {none(), none()}, 0), (TopicVerdict{GoOn{0, {0, 0}, {}, {}}}));
}

TEST(JudgeTails, DoesNotLookAgainAtWhatEveryPartitionIsBeyond) {
  EXPECT_EQ(judge({0, 0}, {own(70), own(90)}, 0), (TopicVerdict{GoOn{70, {70, 90}, {}, {}}}));
  EXPECT_EQ(judge({0, 0}, {own(70), none()}, 0), (TopicVerdict{GoOn{0, {70, 0}, {}, {}}}));
}

TEST(JudgeTails, RefusesAnotherNumberOfPartitions) {
  EXPECT_EQ(judge({99, 100}, {own(99), own(100), none()}), (TopicVerdict{CountChanged{2, 3}}));
  EXPECT_EQ(judge({99, 100}, {own(99)}), (TopicVerdict{CountChanged{2, 1}}));
}

TEST(JudgeTails, RefusesATopicWhoseRecordsAnotherNumberPutThere) {
  Tail misplaced = own(100);
  misplaced.misplaced = true;
  EXPECT_EQ(judge({0, 0}, {own(99), misplaced}, 0), (TopicVerdict{CountChanged{0, 2}}));
  // That the store lost events is the worse news.
  EXPECT_EQ(judge({0, 0}, {own(121), misplaced}, 0), (TopicVerdict{StoreLostEvents{121, false}}));
}

TEST(JudgeTails, ATopicAheadMeansThatTheStoreLostEvents) {
  EXPECT_EQ(judge({99, 100}, {own(99), own(120)}), (TopicVerdict{GoOn{100, {99, 120}, {}, {}}}));
  EXPECT_EQ(judge({99, 100}, {own(121), own(100)}), (TopicVerdict{StoreLostEvents{121, false}}));
  EXPECT_EQ(judge({99, 100}, {own(121), own(130)}), (TopicVerdict{StoreLostEvents{130, false}}));
}

TEST(JudgeTails, SoDoesAnotherEventAtTheSamePosition) {
  Tail other = own(110);
  other.as_stored = false;
  EXPECT_EQ(judge({99, 100}, {own(99), other}), (TopicVerdict{StoreLostEvents{110, true}}));
}

TEST(JudgeTails, ForgedRecordsAheadAreAnAlarmAndNoMore) {
  Tail at_head = own(99);
  at_head.forged = 120;
  Tail ahead = own(100);
  ahead.forged = 121;
  EXPECT_EQ(judge({99, 100}, {at_head, ahead}), (TopicVerdict{GoOn{100, {99, 100}, {}, {1}}}));
}

TEST(JudgeTails, SendsAgainWhatTheTopicLost) {
  EXPECT_EQ(judge({99, 100}, {own(99), own(40)}), (TopicVerdict{GoOn{40, {99, 40}, {1}, {}}}));
  EXPECT_EQ(judge({99, 100}, {none(), none()}), (TopicVerdict{GoOn{0, {0, 0}, {0, 1}, {}}}));
  EXPECT_EQ(judge({0, 100}, {none(), own(100)}), (TopicVerdict{GoOn{100, {0, 100}, {}, {}}}));
}

TEST(JudgeTails, DoesNotSendAgainWhatRetentionRemoved) {
  EXPECT_EQ(judge({99, 100}, {of(Kind::Removed), own(100)}), (TopicVerdict{GoOn{100, {99, 100}, {}, {}}}));
}

TEST(JudgeTails, RefusesATopicInWhichOursAreBuried) {
  EXPECT_EQ(judge({99, 100}, {own(99), of(Kind::Unclear)}), (TopicVerdict{Buried{1}}));
  EXPECT_EQ(judge({99, 0}, {own(99), of(Kind::Unclear)}), (TopicVerdict{GoOn{100, {99, 0}, {}, {}}}));
}

TEST(RememberedTopic, ReadsBack) {
  const RememberedTopic topic{std::string{kEvents}, {0, 7, ~std::uint64_t{0}}};
  EXPECT_EQ(parse_remembered(remembered_bytes(topic)), topic);
  const RememberedTopic largest{std::string(kTopicBytesMax, 'a'), std::vector<std::uint64_t>(kPartitionsMax, 1)};
  EXPECT_EQ(parse_remembered(remembered_bytes(largest)), largest);
}

TEST(RememberedTopic, ReadsNothingElse) {
  const std::string good = remembered_bytes({std::string{kEvents}, {5, 7}});
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto parsed = parse_remembered(good.substr(0, size));
    const bool whole_number_less = size == good.size() - 8;
    EXPECT_EQ(parsed.has_value(), whole_number_less) << size;
  }
  EXPECT_FALSE(parse_remembered(good + "1"));
  EXPECT_FALSE(parse_remembered("\x02" + good.substr(1)));
  std::string too_many = remembered_bytes({"t", std::vector<std::uint64_t>(kPartitionsMax, 1)});
  EXPECT_FALSE(parse_remembered(too_many + std::string(8, '\0')));
  EXPECT_DEATH(static_cast<void>(remembered_bytes({"", {1}})), "none");
  EXPECT_DEATH(static_cast<void>(remembered_bytes({"t", {}})), "none");
}

}  // namespace
}  // namespace tweestap::consumers::kafka
