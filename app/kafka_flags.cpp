#include "app/kafka_flags.h"

#include <utility>

#include "consumers/kafka/client_settings.h"

namespace tweestap::app {

void add_kafka_flags(Command& command, KafkaFlags& flags, const std::string& purpose) {
  command.option("--kafka", &flags.brokers, "BROKERS", purpose + "HOST:PORT,… (kafka.brokers)");
  command.option("--kafka-topic", &flags.topic, "NAME", "which topic; default tweestap.events (kafka.topic)");
}

std::vector<platform::SettingSources::Flag> settings_of(const KafkaFlags& flags) {
  std::vector<platform::SettingSources::Flag> settings;
  if (flags.brokers) settings.push_back({"kafka.brokers", "--kafka", *flags.brokers});
  if (flags.topic) settings.push_back({"kafka.topic", "--kafka-topic", *flags.topic});
  return settings;
}

std::expected<platform::EffectiveSettings, platform::Failure> kafka_settings(const CommandLine& line,
                                                                             const KafkaFlags& flags) {
  auto settings = line.settings(settings_of(flags));
  if (!settings) return settings;
  if (settings->values.kafka_brokers.empty()) {
    return std::unexpected(
        platform::Failure{platform::Failure::Kind::Invalid, "which brokers? Give --kafka HOST:PORT or kafka.brokers"});
  }
  if (auto good = consumers::kafka::check_settings(settings->values); !good) {
    return std::unexpected(std::move(good.error()));
  }
  return settings;
}

}  // namespace tweestap::app
