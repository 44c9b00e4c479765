#include <iostream>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "consumers/kafka/client_settings.h"
#include "consumers/kafka/remembered_topic.h"
#include "consumers/kafka/topic_admin.h"

namespace tweestap::app {
namespace {

using consumers::kafka::AskedShape;
using consumers::kafka::Danger;
using consumers::kafka::TopicShape;

struct KafkaFlags {
  std::optional<std::string> brokers;
  std::optional<std::string> topic;
  std::optional<std::uint64_t> partitions;
  std::optional<std::uint64_t> replication;
};

// Kafka's own bounds are wider; these are what the relay takes and what a cluster can have.
constexpr std::uint64_t kReplicationMax = 32;

std::expected<platform::EffectiveSettings, platform::Failure> settings_of(const CommandLine& line,
                                                                          const KafkaFlags& flags) {
  std::vector<platform::SettingSources::Flag> more;
  if (flags.brokers) more.push_back({"kafka.brokers", "--kafka", *flags.brokers});
  if (flags.topic) more.push_back({"kafka.topic", "--kafka-topic", *flags.topic});
  auto settings = line.settings(std::move(more));
  if (!settings) return settings;
  if (settings->values.kafka_brokers.empty()) {
    return std::unexpected(
        platform::Failure{platform::Failure::Kind::Invalid, "which brokers? Give --kafka HOST:PORT or kafka.brokers"});
  }
  if (auto good = consumers::kafka::check_settings(settings->values); !good) return std::unexpected(good.error());
  return settings;
}

ExitStatus say(const CommandLine& line, const std::string& topic, bool created, const std::vector<Danger>& dangers) {
  if (line.flags().json) {
    auto listed = nlohmann::ordered_json::array();
    for (const Danger& danger : dangers) {
      listed.push_back({{"setting", danger.setting}, {"value", danger.value}, {"why", danger.why}});
    }
    const nlohmann::ordered_json all{{"topic", topic}, {"created", created}, {"dangers", std::move(listed)}};
    std::cout << all.dump() << "\n";
  } else {
    std::cout << topic << (created ? "  created\n" : "  is there already\n");
    for (const Danger& danger : dangers) {
      std::cout << "  " << danger.setting << " = " << danger.value << ": " << danger.why << "\n";
    }
  }
  // Whoever made a topic with one replica asked for it.
  return created || dangers.empty() ? ExitStatus::Done : ExitStatus::No;
}

// Nothing where one is out of its bounds.
std::optional<AskedShape> asked_of(const KafkaFlags& flags) {
  const auto within = [](const std::optional<std::uint64_t>& number, std::uint64_t most) {
    return !number || (*number >= 1 && *number <= most);
  };
  if (!within(flags.partitions, consumers::kafka::kPartitionsMax) || !within(flags.replication, kReplicationMax)) {
    return std::nullopt;
  }
  AskedShape asked;
  if (flags.partitions) asked.partitions = static_cast<std::int32_t>(*flags.partitions);
  if (flags.replication) asked.replication = static_cast<std::int32_t>(*flags.replication);
  return asked;
}

ExitStatus run_create_topic(const CommandLine& line, const KafkaFlags& flags) {
  const auto asked = asked_of(flags);
  if (!asked) {
    return fail(ExitStatus::WrongUse,
                {platform::Failure::Kind::Invalid, "--partitions goes from 1 to " +
                                                       std::to_string(consumers::kafka::kPartitionsMax) +
                                                       ", --replication from 1 to " + std::to_string(kReplicationMax)});
  }
  const auto settings = settings_of(line, flags);
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const auto trouble = [](const platform::Failure& failure) {
    const bool answered = failure.kind == platform::Failure::Kind::Invalid;
    return fail(answered ? ExitStatus::No : ExitStatus::NotReachable, failure);
  };
  const TopicShape shape{asked->partitions.value_or(TopicShape{}.partitions),
                         asked->replication.value_or(TopicShape{}.replication)};
  const auto created = consumers::kafka::create_topic(settings->values, shape);
  if (!created) return trouble(created.error());
  const auto found = consumers::kafka::look_for_dangers(settings->values, consumers::kafka::kAdminPatience);
  if (!found) return trouble(found.error());
  // A script that asked for 24 and goes on with 12 has them for ever.
  std::vector<Danger> dangers;
  if (!*created) dangers = consumers::kafka::not_as_asked(*asked, found->shape);
  dangers.insert(dangers.end(), found->dangers.begin(), found->dangers.end());
  return say(line, settings->values.kafka_topic, *created, dangers);
}

}  // namespace

void add_kafka(CommandLine& line) {
  const Command group = line.group("kafka", "the topic that events are streamed to");
  const auto flags = std::make_shared<KafkaFlags>();
  Command create = line.add(group, "create-topic",
                            "make it as an audit trail needs it, or say what is wrong with the one that is there",
                            Reach::Anywhere, [&line, flags] { return run_create_topic(line, *flags); });
  create.option("--kafka", &flags->brokers, "BROKERS", "HOST:PORT,… (kafka.brokers)");
  create.option("--kafka-topic", &flags->topic, "NAME", "which topic; default tweestap.events (kafka.topic)");
  create.option("--partitions", &flags->partitions, "N", "how many, for ever; default 12");
  create.option("--replication", &flags->replication, "N", "brokers that keep a copy; default 3");
}

}  // namespace tweestap::app
