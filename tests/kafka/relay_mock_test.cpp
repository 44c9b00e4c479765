// Delivery errors of a chosen kind, which no broker can be asked for: from the mock of brokers in librdkafka, whose
// numbers say nothing and which tells repeats from nothing, so one request is on its way at a time (rule KAF-1).
#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <memory>
#include <string>

#include "consumers/kafka/handles.h"
#include "tests/kafka/relay_fixture.h"

namespace tweestap::consumers::kafka {
namespace {

constexpr std::int16_t kProduce = 0;  // ApiKey

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
    rd_kafka_mock_push_request_errors_array(brokers_.get(), kProduce, 1, &error);
    add_events(20);
    wait_until_all_is_there();
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
  for (const rd_kafka_resp_err_t error : kErrors) {
    answer_with(error);
    EXPECT_NE(relay_->status().last_error, "") << rd_kafka_err2name(error);
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
  for (const rd_kafka_resp_err_t error : kErrors) answer_with(error);
  EXPECT_NE(metrics_.render().find("tweestap_stream_began_again_total 0\n"), std::string::npos);
  EXPECT_EQ(alarms_, 0);
  expect_every_event_once();
}

}  // namespace
}  // namespace tweestap::consumers::kafka
