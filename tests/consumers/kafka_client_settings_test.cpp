#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

TEST(KafkaSettings, WantBrokersAddresses) {
  const auto said = [](const std::string& brokers) {
    platform::Settings settings = with_brokers();
    settings.kafka_brokers = brokers;
    return trouble(settings);
  };
  for (const std::string good : {"kafka", "kafka:1", "kafka-1.example.org:65535", "127.0.0.1:9092,127.0.0.1:9093",
                                 "[::1]:9092", "[::1]", "a:1, b:2", "PLAINTEXT://kafka:9092"}) {
    EXPECT_EQ(said(good), "none") << good;
  }
  for (const std::string bad :
       {"nohost:abc", ":9092", "kafka:", "kafka:0", "kafka:65536", "kafka:-1", "kafka:9092x", "a:1,,b:2", "a:1,", " ",
        "[::1:9092", "[::1]:abc", "kafka:9092/topic", "two words:9092", "PLAINTEXT://:9092"}) {
    EXPECT_TRUE(said(bad).starts_with("kafka.brokers wants HOST:PORT")) << bad << ": " << said(bad);
  }
  EXPECT_NE(said("kafka-1:9092,nohost:abc").find("\"nohost:abc\""), std::string::npos);
}

TEST(KafkaSettings, WantATopicsName) {
  const auto is_refused = [](const std::string& topic) {
    platform::Settings settings = with_brokers();
    settings.kafka_topic = topic;
    return trouble(settings).starts_with("kafka.topic is no topic's name");
  };
  for (const std::string& good :
       {std::string{"a"}, std::string{"A-Z_a.z0-9"}, std::string{"..."}, std::string{"_"}, std::string(249, 'a')}) {
    EXPECT_FALSE(is_refused(good)) << good;
  }
  for (const std::string& bad :
       {std::string{}, std::string{"."}, std::string{".."}, std::string(250, 'a'), std::string{"tweestap events"},
        std::string{"tweestap/events"}, std::string{"a\n"}, std::string{"caf\xc3\xa9"}, std::string("a\0", 2)}) {
    EXPECT_TRUE(is_refused(bad)) << bad;
  }
  platform::Settings off;
  off.kafka_topic.clear();
  EXPECT_EQ(trouble(off), "none");
}

TEST(KafkaSettings, PassOnWhatLibrdkafkaKnows) {
  platform::Settings settings = with_brokers();
  settings.kafka_librdkafka = {"linger.ms=20", "compression.codec=lz4", "client.id=front"};
  EXPECT_EQ(trouble(settings), "none");
}

// In librdkafka's words, as text to compare.
std::string described(const platform::Settings& settings) {
  std::string all;
  for (const DescribedProperty& one : described_properties(settings)) {
    all.append(one.name).append("=").append(one.value).append("\n");
  }
  return all;
}

TEST(KafkaSettings, SayHowBrokersAreSpokenTo) {
  platform::Settings settings = with_brokers();
  EXPECT_EQ(described(settings), "security.protocol=plaintext\n");
  settings.kafka_security = "ssl";
  settings.kafka_ca_file = "/ca.pem";
  settings.kafka_certificate_file = "/certificate.pem";
  settings.kafka_key_file = "/key.pem";
  settings.kafka_key_password = platform::Secret::from_text("of the key");
  const std::string tls =
      "ssl.ca.location=/ca.pem\nssl.certificate.location=/certificate.pem\nssl.key.location=/key.pem\n"
      "ssl.key.password=of the key\n";
  EXPECT_EQ(described(settings), "security.protocol=ssl\n" + tls);
  settings.kafka_security = "sasl_ssl";
  settings.kafka_sasl_mechanism = "PLAIN";
  settings.kafka_sasl_user = "tweestap";
  settings.kafka_sasl_password = platform::Secret::from_text("of the user");
  EXPECT_EQ(described(settings), "security.protocol=sasl_ssl\n" + tls +
                                     "sasl.mechanisms=PLAIN\nsasl.username=tweestap\nsasl.password=of the user\n");
}

// What a client was made with, in librdkafka's words; nobody has to answer for that.
std::string made_with(Role role, const std::string& property, const platform::Settings& settings = with_brokers()) {
  const auto client = make_client(settings, role);
  if (!client) return client.error().reason;
  std::string value(512, '\0');
  std::size_t size = value.size();
  if (rd_kafka_conf_get(rd_kafka_conf(client->get()), property.c_str(), value.data(), &size) != RD_KAFKA_CONF_OK) {
    return "no such property";
  }
  value.resize(size - 1);
  return value;
}

TEST(KafkaSettings, KAF_1_MakeAProducerThatLosesAndDoublesNothing) {
  EXPECT_EQ(made_with(Role::Producer, "enable.idempotence"), "true");
  EXPECT_EQ(made_with(Role::Producer, "enable.gapless.guarantee"), "true");
  EXPECT_EQ(made_with(Role::Producer, "acks"), "-1");  // all
  EXPECT_EQ(made_with(Role::Producer, "message.timeout.ms"), "0");
  EXPECT_EQ(made_with(Role::Producer, "allow.auto.create.topics"), "false");
}

TEST(KafkaSettings, LetTheOperatorSayHowLongAProducerWaitsForMore) {
  EXPECT_EQ(made_with(Role::Producer, "linger.ms"), "20");
  platform::Settings settings = with_brokers();
  settings.kafka_librdkafka = {"linger.ms=3"};
  EXPECT_EQ(made_with(Role::Producer, "linger.ms", settings), "3");
}

TEST(KafkaSettings, MakeAReaderThatPassesOverNothing) {
  EXPECT_EQ(made_with(Role::Reader, "auto.offset.reset"), "error");
  EXPECT_EQ(made_with(Role::Reader, "isolation.level"), "read_uncommitted");
  EXPECT_EQ(made_with(Role::Reader, "check.crcs"), "true");
  EXPECT_EQ(made_with(Role::Reader, "allow.auto.create.topics"), "false");
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

TEST(KafkaSettings, LoadNobodyElsesCode) {
  for (const std::string property : {"plugin.library.paths", "ssl.engine.location", "ssl.providers"}) {
    platform::Settings settings = with_brokers();
    settings.kafka_librdkafka = {property + "=/tmp/of_somebody_else.so"};
    EXPECT_EQ(trouble(settings), "kafka.librdkafka: " + property +
                                     " is not to be set: it would load other people's code into the service");
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

// Events, and a password with them, would go in the clear past whoever named a certificate.
TEST(KafkaSettings, WantCertificatesToGoWhereTheyAreUsed) {
  const auto with_ca = [](platform::Settings& settings) { settings.kafka_ca_file = "/no/such/file.pem"; };
  const auto with_certificate = [](platform::Settings& settings) {
    settings.kafka_certificate_file = "/no/such/file.pem";
  };
  const auto with_key = [](platform::Settings& settings) { settings.kafka_key_file = "/no/such/file.pem"; };
  const auto with_key_password = [](platform::Settings& settings) {
    settings.kafka_key_password = platform::Secret::from_text("canary");
  };
  const std::string refused =
      "kafka.ca_file, kafka.certificate_file, kafka.key_file and kafka.key_password want kafka.security ssl or "
      "sasl_ssl";
  const std::vector<std::function<void(platform::Settings&)>> all{with_ca, with_certificate, with_key,
                                                                  with_key_password};
  for (const auto& with : all) {
    for (const char* security : {"plaintext", "sasl_plaintext", "ssl", "sasl_ssl"}) {
      platform::Settings settings = with_brokers();
      settings.kafka_security = security;
      with(settings);
      EXPECT_EQ(trouble(settings) == refused, std::string_view{security}.ends_with("plaintext"))
          << security << ": " << trouble(settings);
    }
  }
}

TEST(KafkaSettings, WantPropertiesOfTlsToGoWhereTheyAreUsed) {
  platform::Settings settings = with_brokers();
  settings.kafka_librdkafka = {"ssl.cipher.suites=ECDHE-RSA-AES256-GCM-SHA384"};
  for (const char* security : {"plaintext", "sasl_plaintext"}) {
    settings.kafka_security = security;
    EXPECT_EQ(trouble(settings), "kafka.librdkafka: ssl.cipher.suites wants kafka.security ssl or sasl_ssl");
  }
  settings.kafka_security = "ssl";
  EXPECT_EQ(trouble(settings), "none");
}

TEST(KafkaSettings, WantACertificateAndItsKeyTogether) {
  platform::Settings settings = with_brokers();
  settings.kafka_security = "ssl";
  settings.kafka_certificate_file = "/no/such/file.pem";
  EXPECT_EQ(trouble(settings), "kafka.certificate_file and kafka.key_file want each other");
  std::swap(settings.kafka_certificate_file, settings.kafka_key_file);
  EXPECT_EQ(trouble(settings), "kafka.certificate_file and kafka.key_file want each other");
  settings.kafka_certificate_file = settings.kafka_key_file;
  EXPECT_NE(trouble(settings).find("ssl.certificate.location"), std::string::npos) << trouble(settings);
}

}  // namespace
}  // namespace tweestap::consumers::kafka
