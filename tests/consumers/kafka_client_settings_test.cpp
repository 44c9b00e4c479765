#include <gtest/gtest.h>

#include <string>

#include "consumers/kafka/client_settings.h"
#include "consumers/kafka/handles.h"

namespace tweestap::consumers::kafka {
namespace {

platform::Settings with_brokers() {
  platform::Settings settings;
  settings.kafka_brokers = "127.0.0.1:9";
  return settings;
}

std::string trouble(const platform::Settings& settings) {
  const auto checked = check_settings(settings);
  return checked ? "none" : checked.error().reason;
}

TEST(KafkaSettings, AreGoodAsTheyComeAndOffWithoutBrokers) {
  EXPECT_EQ(trouble({}), "none");
  EXPECT_EQ(trouble(with_brokers()), "none");
  platform::Settings off;
  off.kafka_librdkafka = {"no.such.property=1"};
  EXPECT_EQ(trouble(off), "none");
}

TEST(KafkaSettings, PassOnWhatLibrdkafkaKnows) {
  platform::Settings settings = with_brokers();
  settings.kafka_librdkafka = {"linger.ms=20", "compression.codec=lz4", "client.id=front"};
  EXPECT_EQ(trouble(settings), "none");
}

TEST(KafkaSettings, NameThePropertyThatIsNoneOrHasAValueThatIsNone) {
  platform::Settings settings = with_brokers();
  settings.kafka_librdkafka = {"no.such.property=canary"};
  EXPECT_EQ(trouble(settings), "kafka.librdkafka: this librdkafka has no property no.such.property");
  settings.kafka_librdkafka = {"linger.ms=canary"};
  EXPECT_EQ(trouble(settings), "kafka.librdkafka: librdkafka does not take this value for linger.ms");
}

TEST(KafkaSettings, RefuseWhatWouldWeakenTheStream) {
  for (const RefusedProperty& refused : refused_properties()) {
    platform::Settings settings = with_brokers();
    settings.kafka_librdkafka = {std::string{refused.name} + "=1"};
    EXPECT_EQ(trouble(settings),
              "kafka.librdkafka: " + std::string{refused.name} + " is not to be set: " + std::string{refused.why});
  }
}

// A name that librdkafka does not have would refuse nothing.
TEST(KafkaSettings, RefuseOnlyWhatIsAProperty) {
  const Handle<rd_kafka_conf_t> conf{rd_kafka_conf_new()};
  for (const RefusedProperty& refused : refused_properties()) {
    EXPECT_NE(rd_kafka_conf_set(conf.get(), std::string{refused.name}.c_str(), "1", nullptr, 0), RD_KAFKA_CONF_UNKNOWN)
        << refused.name;
  }
}

TEST(KafkaSettings, WantTheFilesToBeThere) {
  platform::Settings settings = with_brokers();
  settings.kafka_security = "ssl";
  settings.kafka_ca_file = "/no/such/ca.pem";
  EXPECT_NE(trouble(settings).find("ssl.ca.location"), std::string::npos) << trouble(settings);
}

TEST(KafkaSettings, WantAPasswordToGoWhereItIsUsed) {
  platform::Settings settings = with_brokers();
  settings.kafka_sasl_password = platform::Secret::from_text("canary");
  EXPECT_EQ(trouble(settings),
            "kafka.sasl_user and kafka.sasl_password want kafka.security sasl_ssl or sasl_plaintext");
  settings.kafka_sasl_user = "tweestap";
  settings.kafka_security = "sasl_plaintext";
  EXPECT_EQ(trouble(settings), "none");
}

}  // namespace
}  // namespace tweestap::consumers::kafka
