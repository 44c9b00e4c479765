#include <iostream>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/kafka_flags.h"
#include "consumers/kafka/remembered_topic.h"
#include "consumers/kafka/topic_admin.h"

namespace tweestap::app {
namespace {

using consumers::kafka::AskedShape;
using consumers::kafka::Danger;
using consumers::kafka::TopicShape;

struct CreateTopicFlags {
  KafkaFlags kafka;
  std::optional<std::uint64_t> partitions;
  std::optional<std::uint64_t> replication;
};

// Kafka's own bounds are wider; these are what the relay takes and what a cluster can have.
constexpr std::uint64_t kReplicationMax = 32;

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
std::optional<AskedShape> asked_of(const CreateTopicFlags& flags) {
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

ExitStatus run_create_topic(const CommandLine& line, const CreateTopicFlags& flags) {
  const auto asked = asked_of(flags);
  if (!asked) {
    return fail(ExitStatus::WrongUse,
                {platform::Failure::Kind::Invalid, "--partitions goes from 1 to " +
                                                       std::to_string(consumers::kafka::kPartitionsMax) +
                                                       ", --replication from 1 to " + std::to_string(kReplicationMax)});
  }
  const auto settings = kafka_settings(line, flags.kafka);
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
  const auto flags = std::make_shared<CreateTopicFlags>();
  Command create = line.add(group, "create-topic",
                            "make it as an audit trail needs it, or say what is wrong with the one that is there",
                            Reach::Anywhere, [&line, flags] { return run_create_topic(line, *flags); });
  add_kafka_flags(create, flags->kafka);
  create.option("--partitions", &flags->partitions, "N", "how many, for ever; default 12");
  create.option("--replication", &flags->replication, "N", "brokers that keep a copy; default 3");
}

}  // namespace tweestap::app
