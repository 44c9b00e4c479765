// The reader library against a real broker (docs/consumers.md).
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <tweestap/reader.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "consumers/kafka/reader/client.h"
#include "consumers/kafka/reader/handles.h"
#include "consumers/kafka/reader/place.h"
#include "tests/kafka/broker.h"
#include "tests/kafka/written_log.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::reader {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::eventually;
using tests::FeedServer;
using tests::KafkaBroker;
using tests::WrittenLog;

constexpr std::int32_t kPartitions = 3;
// Longer than it takes; only a test that fails waits for it to end.
constexpr auto kPatience = 60'000ms;
// For one event more than there should be: where nothing is wrong each test waits for it to end.
constexpr auto kNothing = 500ms;

// What came until it was enough, or until the reader said why nothing does.
struct Heard {
  std::vector<std::uint64_t> positions;        // sorted
  std::map<std::int32_t, std::string> tokens;  // the newest of each Kafka partition
  std::uint64_t fetched = 0;
  std::vector<std::uint64_t> new_logs;
  bool in_order = true;  // within each Kafka partition
  std::optional<Failure> over;
};

// One broker for all tests; each has a topic of its own.
class ReaderTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { broker_ = std::make_unique<KafkaBroker>(); }
  static void TearDownTestSuite() { broker_.reset(); }

  void SetUp() override {
    settings_ = broker_->settings(testing::UnitTest::GetInstance()->current_test_info()->name());
    broker_->make_topic(settings_.kafka_topic, kPartitions);
    options_.brokers = settings_.kafka_brokers;
    options_.topic = settings_.kafka_topic;
    key_file_ = (folder_.path() / "key").string();
    std::ofstream{key_file_} << FeedServer::kKey << "\n";
  }
  void write(std::uint64_t from, std::uint64_t to) { log_.write(settings_, kPartitions, from, to); }
  // The service gives the log up to there.
  void serve(std::uint64_t head) {
    server_ = std::make_unique<FeedServer>(log_, head);
    options_.service = {.url = server_->url(), .api_key_file = key_file_, .ca_file = {}};
  }

  // Until `count` events came; kAll: until it says why no more do.
  static constexpr std::size_t kAll = ~std::size_t{0};
  static Heard listen(Reader& reader, std::size_t count) {
    Heard heard;
    std::map<std::int32_t, std::uint64_t> last;
    const auto until = steady_clock::now() + kPatience;
    while (heard.positions.size() < count && steady_clock::now() < until) {
      auto delivery = reader.next(100ms);  // what is Unavailable is told at the end of it
      if (!delivery) {
        heard.over = delivery.error();
        break;
      }
      if (!*delivery) continue;
      const Delivery& one = **delivery;
      if (one.new_log) heard.new_logs.push_back(one.event.position);
      if (one.event.position <= last[one.partition] && !one.new_log) heard.in_order = false;
      last[one.partition] = one.event.position;
      heard.fetched += one.fetched ? 1 : 0;
      heard.tokens[one.partition] = one.token;
      heard.positions.push_back(one.event.position);
    }
    std::ranges::sort(heard.positions);
    return heard;
  }
  // With a new reader, which stays for more questions until the next one.
  Heard listen_anew(std::size_t count) {
    reader_.reset();  // before another one of its group
    auto reader = Reader::create(options_);
    EXPECT_TRUE(reader) << reader.error().reason;
    if (!reader) return {};
    reader_ = std::move(*reader);
    return listen(*reader_, count);
  }
  [[nodiscard]] Counts counts() const { return reader_ ? reader_->counts() : Counts{}; }
  void expect_nothing_more() {
    ASSERT_TRUE(reader_);
    const auto more = reader_->next(kNothing);
    EXPECT_TRUE(more && !*more) << (more ? (*more)->event.envelope : more.error().reason);
  }
  // How many records the options' group has stored as dealt with; 0 too where nobody says it.
  [[nodiscard]] std::int64_t stored_in_group() {
    if (!asking_) {
      auto client = make_client(options_);
      EXPECT_TRUE(client) << client.error().reason;
      if (client) asking_ = std::move(*client);
    }
    const KafkaHandle<rd_kafka_topic_partition_list_t> list{rd_kafka_topic_partition_list_new(kPartitions)};
    for (std::int32_t i = 0; i < kPartitions; ++i) {
      rd_kafka_topic_partition_list_add(list.get(), options_.topic.c_str(), i);
    }
    constexpr int kAnswerMs = 10'000;
    if (!asking_ || rd_kafka_committed(asking_.get(), list.get(), kAnswerMs) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
    std::int64_t records = 0;
    for (int i = 0; i < list->cnt; ++i) records += std::max<std::int64_t>(0, list->elems[i].offset);
    return records;
  }
  static std::vector<std::uint64_t> all(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> positions(to + 1 - from);
    std::iota(positions.begin(), positions.end(), from);
    return positions;
  }
  void keep(const Heard& heard) {
    for (const auto& [partition, token] : heard.tokens) kept_[partition] = token;
    options_.tokens.clear();
    for (const auto& [partition, token] : kept_) options_.tokens.push_back(token);
  }

  static std::unique_ptr<KafkaBroker> broker_;
  tests::TemporaryFolder folder_;
  platform::Settings settings_;
  std::string key_file_;
  WrittenLog log_;
  std::unique_ptr<FeedServer> server_;  // outlives the reader, whose connection it would wait for
  Options options_;
  std::unique_ptr<Reader> reader_;
  KafkaHandle<rd_kafka_t> asking_;  // reads nothing
  std::map<std::int32_t, std::string> kept_;
};

std::unique_ptr<KafkaBroker> ReaderTest::broker_;

TEST_F(ReaderTest, GivesEveryEventOnceAndInOrder) {
  log_.add_many(500);
  write(1, 500);
  const Heard heard = listen_anew(500);
  EXPECT_EQ(heard.positions, all(1, 500));
  EXPECT_TRUE(heard.in_order);
  EXPECT_FALSE(heard.over);
  expect_nothing_more();
  EXPECT_EQ(counts().repeats + counts().gaps + counts().fetched + counts().foreign, 0U);
}

TEST_F(ReaderTest, GivesAnEventWithWhatItSays) {
  log_.add("login.code_rejected", 1, R"({"method":"totp","failures":3,"amr":["pwd","otp"],"fresh":true})");
  write(1, 1);
  auto reader = Reader::create(options_);
  ASSERT_TRUE(reader) << reader.error().reason;
  const auto delivery = (*reader)->next(kPatience);
  ASSERT_TRUE(delivery && *delivery);
  const Event& event = (*delivery)->event;
  EXPECT_EQ(event.envelope, log_.envelope(1));
  EXPECT_EQ(event.type, "login.code_rejected");
  EXPECT_EQ(event.text("method"), "totp");
  EXPECT_EQ(event.number("failures"), 3);
  EXPECT_EQ(event.text("failures"), std::nullopt);
  EXPECT_EQ(std::get<OtherJson>(event.data.at("amr")).text, R"(["pwd","otp"])");
  EXPECT_EQ(event.time.time_since_epoch(), 1790000000123456us);
}

TEST_F(ReaderTest, DropsRepeats) {
  log_.add_many(100);
  write(1, 100);
  write(51, 100);
  EXPECT_EQ(listen_anew(100).positions, all(1, 100));
  ASSERT_TRUE(reader_);
  EXPECT_TRUE(eventually([&] {
    const auto more = reader_->next(100ms);
    EXPECT_TRUE(more && !*more);
    return counts().repeats >= 50;
  }));
  expect_nothing_more();
  EXPECT_EQ(counts().repeats, 50U);
}

TEST_F(ReaderTest, FetchesWhatIsMissing) {
  log_.add_many(2600);
  write(1, 50);
  write(2551, 2600);  // more are missing than the service gives at once
  serve(2600);
  const Heard heard = listen_anew(2600);
  EXPECT_EQ(heard.positions, all(1, 2600));
  EXPECT_TRUE(heard.in_order);
  EXPECT_EQ(heard.fetched, 2500U);
  EXPECT_EQ(counts().gaps, static_cast<std::uint64_t>(kPartitions));
}

TEST_F(ReaderTest, FetchesWhatTheTopicNoLongerHas) {
  log_.add_many(100);
  write(41, 100);
  serve(100);
  EXPECT_EQ(listen_anew(100).positions, all(1, 100));
  // With the key itself too.
  options_.service.api_key_file.clear();
  options_.service.api_key = FeedServer::kKey;
  EXPECT_EQ(listen_anew(100).positions, all(1, 100));
}

TEST_F(ReaderTest, StopsAtAGapThatNobodyFills) {
  log_.add_many(100);
  write(1, 40);
  write(61, 100);
  Heard heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::Gap);
  // Nor where the service has not got them either.
  serve(50);
  heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::Gap);
  EXPECT_LT(heard.positions.back(), 61U);
}

TEST_F(ReaderTest, WaitsForAServiceThatDoesNotAnswer) {
  log_.add_many(100);
  write(1, 40);
  write(61, 100);
  serve(100);
  server_.reset();
  const Heard heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::Unavailable);
  EXPECT_EQ(reader_->last_trouble(), heard.over->reason);
  // It is not over.
  EXPECT_EQ(reader_->next(0ms).error().trouble, Trouble::Unavailable);
}

TEST_F(ReaderTest, GoesOnWhereItWasWhenTheServiceAnswersAgain) {
  log_.add_many(100);
  write(1, 40);
  write(61, 100);
  serve(100);
  server_->turn_away(true);
  const Heard before = listen_anew(kAll);
  ASSERT_TRUE(before.over);
  EXPECT_EQ(before.over->trouble, Trouble::Unavailable);
  EXPECT_NE(reader_->last_trouble().find("503"), std::string::npos) << reader_->last_trouble();
  server_->turn_away(false);
  const Heard behind = listen(*reader_, 100 - before.positions.size());
  std::vector<std::uint64_t> both = before.positions;
  both.insert(both.end(), behind.positions.begin(), behind.positions.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, all(1, 100));
  EXPECT_EQ(reader_->last_trouble(), "");
}

TEST_F(ReaderTest, StopsWhereTheServiceRefusesTheKey) {
  log_.add_many(10);
  write(5, 10);
  serve(10);
  std::ofstream{key_file_} << "another\n";
  const Heard heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::Invalid);
  EXPECT_NE(heard.over->reason.find("401"), std::string::npos) << heard.over->reason;
}

TEST_F(ReaderTest, StopsAtATypeThatNobodyKnows) {
  log_.add_many(30);
  log_.add("moon.landed");
  write(1, 31);
  Heard heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::UnknownType);
  EXPECT_TRUE(heard.over->reason.starts_with("event 31 has the type moon.landed in version 1, which"))
      << heard.over->reason;
  // A new one begins with it again, and is told what to do with it.
  keep(heard);
  options_.on_unknown = Options::OnUnknown::HandOver;
  std::vector<std::uint64_t> both = heard.positions;
  heard = listen_anew(31 - both.size());
  EXPECT_FALSE(heard.over);
  both.insert(both.end(), heard.positions.begin(), heard.positions.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, all(1, 31));
  options_.tokens.clear();
  options_.on_unknown = Options::OnUnknown::PassOver;
  EXPECT_EQ(listen_anew(30).positions, all(1, 30));
  expect_nothing_more();
}

TEST_F(ReaderTest, StopsAtAVersionThatTheApplicationDoesNotUnderstand) {
  log_.add("login.code_rejected", 1);
  log_.add("login.completed", 7);  // of no interest to it, whatever its version
  log_.add("login.code_rejected", 2);
  write(1, 3);
  options_.handles = {{"login.code_rejected", 1}};
  const Heard heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::UnknownVersion);
  EXPECT_TRUE(heard.over->reason.starts_with("event 3 has the type login.code_rejected in version 2, which"))
      << heard.over->reason;
  options_.handles = {{"login.code_rejected", 2}};
  EXPECT_EQ(listen_anew(2).positions, (std::vector<std::uint64_t>{1, 3}));
}

TEST_F(ReaderTest, GoesOnFromTheTokensThatTheApplicationKeeps) {
  log_.add_many(400);
  write(1, 300);
  std::vector<std::uint64_t> heard_of;
  for (int round = 0; round < 4; ++round) {
    // A repeat in any Kafka partition would come before these.
    if (round == 3) write(301, 400);
    const Heard heard = listen_anew(100);
    heard_of.insert(heard_of.end(), heard.positions.begin(), heard.positions.end());
    keep(heard);
  }
  std::ranges::sort(heard_of);
  EXPECT_EQ(heard_of, all(1, 400));
}

TEST_F(ReaderTest, BelievesPositionsAndNoOffsets) {
  log_.add_many(400);
  write(1, 300);
  const Heard first = listen_anew(200);
  // As in a topic that was made anew: one offset is before what was read, one behind the end.
  for (const auto& [partition, token] : first.tokens) {
    auto place = parse_token(token);
    ASSERT_TRUE(place);
    place->offset = partition == 0 ? 0 : 1'000'000;
    options_.tokens.push_back(token_of(*place));
  }
  write(301, 400);  // a repeat in any Kafka partition would come before these
  const Heard second = listen_anew(200);
  std::vector<std::uint64_t> both = first.positions;
  both.insert(both.end(), second.positions.begin(), second.positions.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, all(1, 400));
}

TEST_F(ReaderTest, GoesOnInTheMiddleOfAGap) {
  log_.add_many(400);
  write(1, 10);
  write(391, 400);
  serve(400);
  std::vector<std::uint64_t> heard_of;
  for (int round = 0; round < 4; ++round) {
    const Heard heard = listen_anew(100);
    heard_of.insert(heard_of.end(), heard.positions.begin(), heard.positions.end());
    keep(heard);
  }
  std::ranges::sort(heard_of);
  EXPECT_EQ(heard_of, all(1, 400));
}

TEST_F(ReaderTest, AGroupGoesOnFromWhatWasCommitted) {
  log_.add_many(300);
  write(1, 300);
  options_.group = "a_group";
  std::vector<std::uint64_t> both = listen_anew(200).positions;
  ASSERT_TRUE(reader_);
  const auto stored = reader_->commit();
  ASSERT_TRUE(stored) << stored.error().reason;
  // What comes behind is not stored, and comes again.
  EXPECT_EQ(listen(*reader_, 50).positions.size(), 50U);
  const Heard rest = listen_anew(100);
  both.insert(both.end(), rest.positions.begin(), rest.positions.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, all(1, 300));
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
  std::vector<std::uint64_t> both = of_first;
  both.insert(both.end(), of_second.begin(), of_second.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, all(301, 400));
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
  std::vector<std::uint64_t> both = before.positions;
  both.insert(both.end(), behind.positions.begin(), behind.positions.end());
  std::ranges::sort(both);
  EXPECT_EQ(both, all(1, 100));
  expect_nothing_more();
}

TEST_F(ReaderTest, ARestoredLogBeginsAnew) {
  log_.add_many(100);
  write(1, 100);
  WrittenLog restored{"log_02040g2081040g2081040g2081"};
  restored.add_many(60);
  restored.write(settings_, kPartitions, 1, 60);
  const Heard heard = listen_anew(160);
  EXPECT_FALSE(heard.over) << heard.over->reason;
  EXPECT_EQ(heard.positions.size(), 160U);
  expect_nothing_more();
  EXPECT_EQ(heard.new_logs.size(), static_cast<std::size_t>(kPartitions));
}

TEST_F(ReaderTest, INP_2_StopsAtARecordThatNobodyOfUsWrote) {
  log_.add_many(20);
  log_.add("login.code_rejected", 1, R"({"failures":1,"failures":2})");
  log_.add_many(20);
  write(1, 41);
  Heard heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::Foreign);
  // Passed over, it is missed by the one behind it: nothing is lost unseen.
  options_.on_foreign = Options::OnForeign::PassOver;
  heard = listen_anew(kAll);
  ASSERT_TRUE(heard.over);
  EXPECT_EQ(heard.over->trouble, Trouble::Gap);
  EXPECT_EQ(counts().foreign, 1U);
}

TEST_F(ReaderTest, BeginsNowWhereItIsToldTo) {
  log_.add_many(100);
  write(1, 100);
  options_.begin = Options::Begin::Now;
  auto reader = Reader::create(options_);
  ASSERT_TRUE(reader) << reader.error().reason;
  // Now is when it has found the end of a Kafka partition; nothing says when that is but what comes from then on.
  Heard heard;
  const auto take_one = [&] {
    const auto delivery = (*reader)->next(100ms);
    EXPECT_TRUE(delivery) << delivery.error().reason;
    if (!delivery || !*delivery) return;
    heard.positions.push_back((*delivery)->event.position);
    heard.tokens[(*delivery)->partition] = (*delivery)->token;
  };
  ASSERT_TRUE(eventually([&] {
    const std::uint64_t position = log_.add();
    write(position, position);
    take_one();
    return heard.tokens.size() == static_cast<std::size_t>(kPartitions);
  }));
  const std::uint64_t before = log_.head();
  log_.add_many(100);
  write(before + 1, before + 100);
  const auto came = [&](std::uint64_t position) {
    return std::ranges::find(heard.positions, position) != heard.positions.end();
  };
  EXPECT_TRUE(eventually([&] {
    take_one();
    return std::ranges::all_of(all(before + 1, before + 100), came);
  }));
  EXPECT_GT(std::ranges::min(heard.positions), 100U);
}

TEST_F(ReaderTest, AStopEndsAWait) {
  auto reader = Reader::create(options_);
  ASSERT_TRUE(reader) << reader.error().reason;
  steady_clock::time_point stopped;
  std::jthread stopper{[&] {
    std::this_thread::sleep_for(200ms);  // so that next() waits by then; it need not
    stopped = steady_clock::now();
    (*reader)->stop();
  }};
  const auto delivery = (*reader)->next(60s);
  const auto ended = steady_clock::now();
  stopper.join();
  ASSERT_FALSE(delivery);
  EXPECT_EQ(delivery.error().trouble, Trouble::Stopped);
  EXPECT_LT(ended - stopped, 2s);  // half a second, with what a busy machine takes
}

TEST_F(ReaderTest, SaysWhatIsWrongWithItsOptions) {
  const auto refusal = [&](auto change) {
    Options options = options_;
    change(options);
    const auto reader = Reader::create(std::move(options));
    return reader ? std::string{} : reader.error().reason;
  };
  EXPECT_EQ(refusal([](Options&) {}), "");
  EXPECT_NE(refusal([](Options& o) { o.topic = "not_there"; }), "");
  EXPECT_NE(refusal([](Options& o) { o.brokers.clear(); }), "");
  EXPECT_NE(refusal([](Options& o) { o.tokens = {"tweestap-1/9/0/log_01040g2081040g2081040g2081/1"}; }), "");
  EXPECT_NE(refusal([](Options& o) { o.service = {.url = "http://example.org", .api_key_file = "f", .ca_file = {}}; }),
            "");
  // One key or its file; a key is one that a header can have, and no complaint repeats it.
  const auto with_key = [&](const char* file, const std::string& key) {
    return refusal([&](Options& o) {
      o.service = {.url = "https://example.org", .api_key_file = file, .api_key = key, .ca_file = {}};
    });
  };
  EXPECT_EQ(with_key(key_file_.c_str(), ""), "");
  // Read at the start: at the first gap it would be found out a year later.
  EXPECT_NE(with_key("/not/there", "").find("/not/there"), std::string::npos);
  EXPECT_EQ(with_key("", "apk_x"), "");
  EXPECT_EQ(with_key("", std::string(255, 'k')), "");
  EXPECT_NE(with_key("", ""), "");
  EXPECT_NE(with_key("file", "apk_x"), "");
  for (const std::string& odd : {std::string(256, 'k'), std::string{"apk x"}, std::string{"apk_x\r\nHost: y"}}) {
    const std::string said = with_key("", odd);
    EXPECT_NE(said, "");
    EXPECT_EQ(said.find(odd), std::string::npos) << said;
  }
  EXPECT_EQ(refusal([](Options& o) { o.librdkafka["enable.auto.commit"] = "true"; }),
            "enable.auto.commit is not to be set");
  for (const std::string property : {"plugin.library.paths", "ssl.engine.location", "ssl.providers"}) {
    EXPECT_EQ(refusal([&](Options& o) { o.librdkafka[property] = "/tmp/of_somebody_else.so"; }),
              property + " is not to be set");
  }
  const std::string secret = refusal([](Options& o) { o.librdkafka["sasl.mechanismus"] = "hush"; });
  EXPECT_NE(secret.find("sasl.mechanismus"), std::string::npos);
  EXPECT_EQ(secret.find("hush"), std::string::npos);
}

TEST_F(ReaderTest, SaysWhyNoBrokerAnswers) {
  options_.brokers = "127.0.0.1:1";
  const auto reader = Reader::create(options_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().trouble, Trouble::Unavailable);
  EXPECT_NE(reader.error().reason.find("refused"), std::string::npos) << reader.error().reason;
}

// docs/examples/code_alarm.cpp, as it was built beside this test. It ends itself where the test does not end it.
class CodeAlarm {
 public:
  CodeAlarm(const Options& options, const std::string& group)
      : pipe_(::popen(("echo $$; exec timeout -s TERM 120 " + std::string{TWEESTAP_CODE_ALARM} + " " + options.brokers +
                       " " + options.topic + " " + group + " 2>&1")
                          .c_str(),
                      "r")) {
    if (pipe_ == nullptr) return;
    std::setvbuf(pipe_, nullptr, _IONBF, 0);  // what was not taken is still in the pipe
    pid_ = static_cast<pid_t>(std::strtol(line().c_str(), nullptr, 10));
  }
  ~CodeAlarm() {
    if (pipe_ != nullptr) end();
  }
  CodeAlarm(const CodeAlarm&) = delete;
  CodeAlarm& operator=(const CodeAlarm&) = delete;

  /// The next line that it prints; empty where it has ended.
  std::string line() {
    std::array<char, 256> text{};
    return pipe_ != nullptr && std::fgets(text.data(), text.size(), pipe_) != nullptr ? text.data() : "";
  }
  /// Whether there is something that nobody took, or it has ended.
  [[nodiscard]] bool printed() const {
    pollfd one{.fd = pipe_ == nullptr ? -1 : ::fileno(pipe_), .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) != 0;
  }
  /// SIGTERM; what pclose() gives: 0 where it was running until then and ended well, 124 << 8 where it did not end.
  int end() {
    if (pid_ > 0) ::kill(pid_, SIGTERM);
    return ::pclose(std::exchange(pipe_, nullptr));
  }

 private:
  std::FILE* pipe_;
  pid_t pid_ = 0;
};

TEST_F(ReaderTest, TheExampleRaisesAnAlarmAtTheTenthRejectedCode) {
  log_.add_many(9);
  log_.add("login.completed", 2, "{}");
  log_.add_many(10);
  write(1, 9);
  CodeAlarm example{options_, "alarms"};
  // It says what it has to say about an event before it stores that the event is dealt with.
  options_.group = "alarms";
  EXPECT_TRUE(eventually([&] { return stored_in_group() == 9; }));
  EXPECT_FALSE(example.printed()) << "nine are none: " << example.line();
  // Both are in one Kafka partition, so a login that counted as a rejected code would have been the tenth.
  write(10, 11);
  EXPECT_EQ(example.line(), "ALARM: ten codes rejected within a minute, the last at position 11\n");
  // In each Kafka partition a rejected code is the last one, so everything is stored.
  write(12, 20);
  EXPECT_TRUE(eventually([&] { return stored_in_group() == 20; }));
  EXPECT_FALSE(example.printed()) << "nine more are none: " << example.line();
  EXPECT_EQ(example.end(), 0);
}

}  // namespace
}  // namespace tweestap::reader
