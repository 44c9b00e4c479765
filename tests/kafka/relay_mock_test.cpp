// Delivery errors of a chosen kind, which no broker can be asked for: from the mock of brokers in librdkafka, whose
// numbers say nothing and which tells repeats from nothing, so one request is on its way at a time (rule KAF-1).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "consumers/kafka/handles.h"
#include "tests/kafka/relay_fixture.h"

namespace tweestap::consumers::kafka {
namespace {

constexpr std::int16_t kProduce = 0;    // ApiKey
constexpr std::int32_t kTheBroker = 1;  // the mock's only one; it counts them from here

struct EndMock {
  void operator()(rd_kafka_mock_cluster_t* cluster) const noexcept { rd_kafka_mock_cluster_destroy(cluster); }
};

class RelayMockTest : public RelayFixture {
 protected:
  void SetUp() override {
    settings_.kafka_brokers = "127.0.0.1:1";  // of the client that the mock wants to belong to; nobody listens there
    auto host = make_client(settings_, Role::Producer);
    ASSERT_TRUE(host) << host.error().reason;
    host_ = std::move(*host);
    brokers_.reset(rd_kafka_mock_cluster_new(host_.get(), 1));
    ASSERT_TRUE(brokers_);
    settings_.kafka_brokers = rd_kafka_mock_cluster_bootstraps(brokers_.get());
    settings_.kafka_topic = testing::UnitTest::GetInstance()->current_test_info()->name();
    ASSERT_EQ(rd_kafka_mock_topic_create(brokers_.get(), settings_.kafka_topic.c_str(), kPartitions, 1),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    settings_.kafka_librdkafka = {"linger.ms=100"};  // what is stored at once is one request
    ASSERT_TRUE(store_.open());
  }
  void TearDown() override {
    RelayFixture::TearDown();
    brokers_.reset();
  }

  // Events of one Kafka partition, whose first request gets this answer.
  void answer_with(rd_kafka_resp_err_t error) {
    ASSERT_EQ(rd_kafka_mock_broker_push_request_error_rtts(brokers_.get(), kTheBroker, kProduce, 1, error, 0),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    add_events(20);
    wait_until_all_is_there();
    // Otherwise the test would say what becomes of events that nobody refused.
    std::size_t left = 0;
    ASSERT_EQ(rd_kafka_mock_broker_error_stack_cnt(brokers_.get(), kTheBroker, kProduce, &left),
              RD_KAFKA_RESP_ERR_NO_ERROR);
    ASSERT_EQ(left, 0U) << "no request was answered with " << rd_kafka_err2name(error);
  }
  // The mock knows no settings of topics, so what the relay met last is always that, and the producers are counted.
  void expect_producers_that_ended(std::size_t count) {
    EXPECT_THAT(metrics_.render(),
                testing::HasSubstr("tweestap_stream_began_again_total " + std::to_string(count) + "\n"));
  }

  Handle<rd_kafka_t> host_;
  std::unique_ptr<rd_kafka_mock_cluster_t, EndMock> brokers_;  // before its client
};

TEST_F(RelayMockTest, KAF_1_MockErrorsThatEndTheProducerLoseAndDoubleNothing) {
  start_relay();
  add_events(20);
  wait_until_all_is_there();
  constexpr std::array kErrors{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
                               RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                               RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER};
  for (std::size_t ended = 0; ended < kErrors.size();) {
    SCOPED_TRACE(rd_kafka_err2name(kErrors.at(ended)));
    answer_with(kErrors.at(ended));
    ASSERT_FALSE(HasFatalFailure());
    expect_producers_that_ended(++ended);
  }
  EXPECT_EQ(alarms_, 0);
  expect_every_event_once();
}

TEST_F(RelayMockTest, KAF_1_MockErrorsThatPassLoseAndDoubleNothing) {
  start_relay();
  add_events(20);
  wait_until_all_is_there();
  constexpr std::array kErrors{RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
                               RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE};
  for (const rd_kafka_resp_err_t error : kErrors) {
    answer_with(error);
    ASSERT_FALSE(HasFatalFailure());
  }
  expect_producers_that_ended(0);
  EXPECT_EQ(alarms_, 0);
  expect_every_event_once();
}

}  // namespace
}  // namespace tweestap::consumers::kafka
