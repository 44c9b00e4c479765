// The reader library against a real broker (docs/consumers.md).
#include <thread>

#include "consumers/kafka/reader/place.h"
#include "tests/kafka/reader_fixture.h"
#include "tests/support/eventually.h"

namespace tweestap::reader {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::eventually;
using tests::FeedServer;
using tests::WrittenLog;

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
  EXPECT_EQ(together(before.positions, behind.positions), all(1, 100));
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
  const std::vector<std::uint64_t> before = heard.positions;
  heard = listen_anew(31 - before.size());
  EXPECT_FALSE(heard.over);
  EXPECT_EQ(together(before, heard.positions), all(1, 31));
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
  EXPECT_EQ(together(first.positions, second.positions), all(1, 400));
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
    // All of them at once say the same, while the rest of the page that was fetched still waits to be handed over.
    ASSERT_TRUE(reader_);
    std::vector<std::string> tokens = reader_->tokens();
    std::ranges::sort(tokens);
    std::ranges::sort(options_.tokens);
    EXPECT_EQ(tokens, options_.tokens);
  }
  std::ranges::sort(heard_of);
  EXPECT_EQ(heard_of, all(1, 400));
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

}  // namespace
}  // namespace tweestap::reader
