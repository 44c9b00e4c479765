// Brokers that do not let the relay in (rule KAF-1).
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "consumers/kafka/topic_admin.h"
#include "tests/kafka/relay_fixture.h"
#include "tests/kafka/steady_load.h"

namespace tweestap::consumers::kafka {
namespace {

using namespace std::chrono_literals;
using State = RelayStatus::State;
using tests::SteadyLoad;

constexpr std::string_view kPassword = "a-canary-of-a-password";

// A broker that asks for a password, and has somebody who may do everything and somebody who may do nothing.
class RefusedRelayTest : public RelayFixture {
 protected:
  static void SetUpTestSuite() {
    broker_ = std::make_unique<tests::KafkaBroker>(std::vector<std::string>{
        "listener.security.protocol.map=BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT", "sasl.enabled.mechanisms=PLAIN",
        "sasl.mechanism.inter.broker.protocol=PLAIN",
        "listener.name.broker.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        "username=\"relay\" password=\"" +
            std::string{kPassword} + "\" user_relay=\"" + std::string{kPassword} + "\" user_reader=\"" +
            std::string{kPassword} + "\";",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:relay;User:ANONYMOUS"});
  }
  static void TearDownTestSuite() { broker_.reset(); }

  void SetUp() override {
    use(*broker_, false);
    be("relay", kPassword);
    const auto made = create_topic(settings_, {.partitions = kPartitions, .replication = 1});
    ASSERT_TRUE(made) << made.error().reason;
  }
  void be(const std::string& user, std::string_view password) {
    settings_.kafka_security = "sasl_plaintext";
    settings_.kafka_sasl_mechanism = "PLAIN";
    settings_.kafka_sasl_user = user;
    settings_.kafka_sasl_password = platform::Secret::from_text(password);
  }

  // Nothing is streamed, why not is told in these words, and no command notices; with the right password then
  // everything arrives.
  void expect_that_it_is_refused(std::string_view words) {
    SteadyLoad load{store_};
    wait_for_commands(load);
    const std::int64_t without_us = load.take_p99_us();
    start_relay();
    wait_for([&] { return relay_->status().last_error.find(words) != std::string::npos; },
             "nobody sees why nothing is streamed");
    wait_for_commands(load);
    const std::int64_t beside_us = load.take_p99_us();
    load.stop();
    EXPECT_EQ(load.failed(), 0U);
    const RelayStatus refused = relay_->status();
    EXPECT_EQ(refused.state, State::Connecting);
    EXPECT_EQ(refused.position, 0U);
    EXPECT_EQ(refused.lag_events, store_.head());
    EXPECT_EQ(refused.last_error.find(kPassword), std::string::npos) << refused.last_error;
    EXPECT_EQ(lost_ + alarms_, 0);
    tests::tell_p99("a broker that refuses", without_us, beside_us);
    relay_.reset();
    EXPECT_NE(logged().find("stream.trouble"), std::string::npos) << "the log of operations does not hear of it";
    EXPECT_EQ(logged().find(kPassword), std::string::npos) << logged();
    be("relay", kPassword);
    start_relay();
    wait_until_all_is_there();
    expect_every_event_once();
  }

  static inline std::unique_ptr<tests::KafkaBroker> broker_;
};

TEST_F(RefusedRelayTest, KAF_1_AWrongPasswordIsToldAndCostsNothing) {
  be("relay", std::string{kPassword} + "-of-before");
  expect_that_it_is_refused("uthentication");  // the library's words begin with a small or a capital letter
}

TEST_F(RefusedRelayTest, KAF_1_ATopicThatItMayNotUseIsToldAndCostsNothing) {
  be("reader", kPassword);
  expect_that_it_is_refused("uthorization");
}

}  // namespace
}  // namespace tweestap::consumers::kafka
