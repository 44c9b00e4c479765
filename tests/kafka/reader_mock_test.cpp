// Answers of a group's coordinator that no broker can be asked for, from the mock of brokers in librdkafka.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <tweestap/reader.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "consumers/kafka/reader/client.h"
#include "consumers/kafka/reader/handles.h"
#include "platform/settings/settings.h"
#include "tests/kafka/written_log.h"
#include "tests/support/eventually.h"

namespace tweestap::reader {
namespace {

using namespace std::chrono_literals;

constexpr std::int16_t kOffsetFetch = 9;   // ApiKey: where does the group go on?
constexpr std::int32_t kMockBroker = 1;    // the mock's only one; it counts them from here
constexpr std::int32_t kOnePartition = 1;  // of the topic
constexpr std::uint64_t kWritten = 10;

struct EndBrokers {
  void operator()(rd_kafka_mock_cluster_t* cluster) const noexcept { rd_kafka_mock_cluster_destroy(cluster); }
};

class ReaderMockTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.brokers = "127.0.0.1:1";  // of the client that the mock wants to belong to; nobody listens there
    auto host = make_client(options_);
    ASSERT_TRUE(host) << host.error().reason;
    host_ = std::move(*host);
    brokers_.reset(rd_kafka_mock_cluster_new(host_.get(), 1));
    ASSERT_TRUE(brokers_);
    options_.brokers = rd_kafka_mock_cluster_bootstraps(brokers_.get());
    options_.group = "a_group";
    ASSERT_EQ(rd_kafka_mock_topic_create(brokers_.get(), options_.topic.c_str(), kOnePartition, 1),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    platform::Settings settings;
    settings.kafka_brokers = options_.brokers;
    settings.kafka_topic = options_.topic;
    log_.add_many(kWritten);
    log_.write(settings, kOnePartition, 1, kWritten);
  }

  // What the next question is answered with, and after how long; once.
  void answer_with(rd_kafka_resp_err_t error, std::chrono::milliseconds after = 0ms) {
    ASSERT_EQ(rd_kafka_mock_broker_push_request_error_rtts(brokers_.get(), kMockBroker, kOffsetFetch, 1, error,
                                                           static_cast<int>(after.count())),
              RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  [[nodiscard]] std::size_t answers_left() const {
    std::size_t left = 0;
    rd_kafka_mock_broker_error_stack_cnt(brokers_.get(), kMockBroker, kOffsetFetch, &left);
    return left;
  }

  KafkaHandle<rd_kafka_t> host_;
  std::unique_ptr<rd_kafka_mock_cluster_t, EndBrokers> brokers_;  // before its client
  tests::WrittenLog log_;
  Options options_;
};

TEST_F(ReaderMockTest, AsksAgainWhereACoordinatorCannotSayWhereTheGroupGoesOn) {
  answer_with(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
  answer_with(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS);
  const auto reader = Reader::create(options_);
  ASSERT_TRUE(reader) << reader.error().reason;
  const auto first = (*reader)->next(60s);
  ASSERT_TRUE(first) << first.error().reason;
  ASSERT_TRUE(*first) << (*reader)->last_trouble();
  EXPECT_EQ((*first)->event.position, 1U);
  EXPECT_EQ(answers_left(), 0U);
}

TEST_F(ReaderMockTest, EndsWhereItMayNotKnowWhereTheGroupGoesOn) {
  answer_with(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  const auto reader = Reader::create(options_);
  ASSERT_TRUE(reader) << reader.error().reason;
  const auto first = (*reader)->next(60s);
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().trouble, Trouble::Invalid);
}

TEST_F(ReaderMockTest, AStopIsSeenWhileACoordinatorDoesNotSayWhereTheGroupGoesOn) {
  constexpr auto kSlow = 8000ms;
  answer_with(RD_KAFKA_RESP_ERR_NO_ERROR, kSlow);
  const auto reader = Reader::create(options_);
  ASSERT_TRUE(reader) << reader.error().reason;
  std::chrono::steady_clock::time_point stopped;
  std::jthread stopper{[&] {
    EXPECT_TRUE(tests::eventually([&] { return answers_left() == 0; })) << "nobody asks";
    stopped = std::chrono::steady_clock::now();
    (*reader)->stop();
  }};
  const auto delivery = (*reader)->next(120s);
  const auto ended = std::chrono::steady_clock::now();
  stopper.join();
  ASSERT_FALSE(delivery);
  EXPECT_EQ(delivery.error().trouble, Trouble::Stopped);
  EXPECT_LT(ended - stopped, kSlow / 2);  // half a second, with what a busy machine takes
}

// It takes librdkafka half a minute to tell that a topic is gone, so what it tells is given here.
TEST(FailureWhileReading, OfATopicThatIsGoneSaysWhatHappenedAndWhatToDo) {
  for (const rd_kafka_resp_err_t gone : {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
                                         RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART}) {
    const Failure failure = failure_while_reading(gone, "reading the topic");
    EXPECT_EQ(failure.trouble, Trouble::Invalid);
    EXPECT_NE(failure.reason.find("deleted or made anew: start again"), std::string::npos) << failure.reason;
  }
  for (const rd_kafka_resp_err_t other : {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR__TRANSPORT}) {
    EXPECT_EQ(failure_while_reading(other, "reading the topic"), failure_of(other, "reading the topic"));
  }
}

}  // namespace
}  // namespace tweestap::reader
