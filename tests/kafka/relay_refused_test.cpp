// Brokers that do not let the relay in (rule KAF-1).
#include <gtest/gtest.h>
#include <tweestap/reader.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/kafka/topic_admin.h"
#include "tests/kafka/certificates.h"
#include "tests/kafka/relay_fixture.h"
#include "tests/kafka/steady_load.h"

namespace tweestap::consumers::kafka {
namespace {

using namespace std::chrono_literals;
using State = RelayStatus::State;
using tests::SteadyLoad;

constexpr std::string_view kCanary = "a-canary-of-a-password";

// What a relay that is refused does, whatever it was that it lacked.
class RefusedRelayTest : public RelayFixture {
 protected:
  // Settings with which the broker lets it do everything.
  virtual void be_let_in() = 0;

  // With a topic of the test's own.
  void use_and_make_topic(const tests::KafkaBroker& broker) {
    use(broker, false);
    be_let_in();
    const auto made = create_topic(settings_, {.partitions = kPartitions, .replication = 1});
    ASSERT_TRUE(made) << made.error().reason;
  }

  // Nothing is streamed, why not is told in these words, and no command notices; whoever is let in then brings
  // everything.
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
    EXPECT_EQ(refused.last_error.find(kCanary), std::string::npos) << refused.last_error;
    EXPECT_EQ(lost_ + alarms_, 0);
    tests::tell_p99("a broker that refuses", without_us, beside_us);
    relay_.reset();
    EXPECT_NE(logged().find("stream.trouble"), std::string::npos) << "the log of operations does not hear of it";
    EXPECT_EQ(logged().find(kCanary), std::string::npos) << logged();
    be_let_in();
    start_relay();
    wait_until_all_is_there();
    expect_every_event_once();
  }
};

// A broker that asks for a password, and has somebody who may do everything and somebody who may do nothing.
class PasswordRelayTest : public RefusedRelayTest {
 protected:
  static void SetUpTestSuite() {
    broker_ = std::make_unique<tests::KafkaBroker>(std::vector<std::string>{
        "listener.security.protocol.map=BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT", "sasl.enabled.mechanisms=PLAIN",
        "sasl.mechanism.inter.broker.protocol=PLAIN",
        "listener.name.broker.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        "username=\"relay\" password=\"" +
            std::string{kCanary} + "\" user_relay=\"" + std::string{kCanary} + "\" user_reader=\"" +
            std::string{kCanary} + "\";",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users=User:relay;User:ANONYMOUS"});
  }
  static void TearDownTestSuite() { broker_.reset(); }

  void SetUp() override { use_and_make_topic(*broker_); }
  void be_let_in() override { be("relay", kCanary); }
  void be(const std::string& user, std::string_view password) {
    settings_.kafka_security = "sasl_plaintext";
    settings_.kafka_sasl_mechanism = "PLAIN";
    settings_.kafka_sasl_user = user;
    settings_.kafka_sasl_password = platform::Secret::from_text(password);
  }

  static inline std::unique_ptr<tests::KafkaBroker> broker_;
};

TEST_F(PasswordRelayTest, KAF_1_AWrongPasswordIsToldAndCostsNothing) {
  be("relay", std::string{kCanary} + "-of-before");
  expect_that_it_is_refused("uthentication");  // the library's words begin with a small or a capital letter
}

TEST_F(PasswordRelayTest, KAF_1_ATopicThatItMayNotUseIsToldAndCostsNothing) {
  be("reader", kCanary);
  expect_that_it_is_refused("uthorization");
}

// Nor does a reader of the stream take for an outage what no waiting mends.
TEST_F(PasswordRelayTest, AReaderWithAWrongPasswordIsToldSo) {
  reader::Options options;
  options.brokers = broker_->address();
  options.topic = settings_.kafka_topic;
  options.librdkafka = {{"security.protocol", "sasl_plaintext"},
                        {"sasl.mechanism", "PLAIN"},
                        {"sasl.username", "relay"},
                        {"sasl.password", std::string{kCanary} + "-of-before"}};
  const auto refused = reader::Reader::create(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().trouble, reader::Trouble::Invalid);
  EXPECT_NE(refused.error().reason.find("uthentication"), std::string::npos) << refused.error().reason;
  EXPECT_EQ(refused.error().reason.find(kCanary), std::string::npos) << refused.error().reason;
  options.librdkafka["sasl.password"] = kCanary;
  const auto let_in = reader::Reader::create(options);
  EXPECT_TRUE(let_in) << let_in.error().reason;
}

// A broker that speaks TLS and asks for a certificate, and certificates that it does not know or that do not know it.
class CertificateRelayTest : public RefusedRelayTest {
 protected:
  static void SetUpTestSuite() {
    certificates_ = std::make_unique<tests::Certificates>();
    for (const char* authority : {kAuthority, kStrangers}) certificates_->make_authority(authority);
    certificates_->make("broker", kAuthority, {"-noenc", "-addext", "subjectAltName=IP:127.0.0.1"});
    const std::vector<std::string> locked{"-passout", "pass:" + std::string{kCanary}};
    certificates_->make("relay", kAuthority, locked);
    certificates_->make("stranger", kStrangers, locked);
    broker_ = std::make_unique<tests::KafkaBroker>(std::vector<std::string>{
        "listener.security.protocol.map=BROKER:SSL,CONTROLLER:PLAINTEXT", "ssl.client.auth=required",
        "ssl.keystore.type=PEM", "ssl.keystore.location=" + certificates_->keystore("broker"),
        "ssl.truststore.type=PEM", "ssl.truststore.location=" + certificates_->certificate(kAuthority)});
  }
  static void TearDownTestSuite() {
    broker_.reset();
    certificates_.reset();
  }

  void SetUp() override { use_and_make_topic(*broker_); }
  void be_let_in() override {
    settings_.kafka_brokers = broker_->address();
    settings_.kafka_security = "ssl";
    settings_.kafka_ca_file = certificates_->certificate(kAuthority);
    be("relay");
  }
  void be(const std::string& name) {
    settings_.kafka_certificate_file = certificates_->certificate(name);
    settings_.kafka_key_file = certificates_->key(name);
    settings_.kafka_key_password = platform::Secret::from_text(kCanary);
  }

  static constexpr const char* kAuthority = "authority";
  static constexpr const char* kStrangers = "strangers";
  static inline std::unique_ptr<tests::Certificates> certificates_;
  static inline std::unique_ptr<tests::KafkaBroker> broker_;
};

TEST_F(CertificateRelayTest, KAF_1_ACertificateThatTheBrokerDoesNotTrustIsToldAndCostsNothing) {
  be("stranger");
  expect_that_it_is_refused("certificate");
}

TEST_F(CertificateRelayTest, KAF_1_ABrokerWhoseCertificateIsNotTrustedIsToldAndGetsNothing) {
  settings_.kafka_ca_file = certificates_->certificate(kStrangers);
  expect_that_it_is_refused("certificate verify failed");
}

// Whoever has another certificate of the same authority is not the broker for that.
TEST_F(CertificateRelayTest, KAF_1_ABrokerWhoseCertificateIsForAnotherNameIsToldAndGetsNothing) {
  const std::string& address = broker_->address();
  settings_.kafka_brokers = "localhost" + address.substr(address.find(':'));
  expect_that_it_is_refused("certificate verify failed");
}

}  // namespace
}  // namespace tweestap::consumers::kafka
