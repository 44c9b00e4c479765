#include "consumers/kafka/topic_admin.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "consumers/kafka/handles.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::Failure;

using std::chrono::milliseconds;

constexpr std::string_view kCleanup = "cleanup.policy";
constexpr std::string_view kRetentionMs = "retention.ms";
constexpr std::string_view kRetentionBytes = "retention.bytes";
constexpr std::string_view kInSync = "min.insync.replicas";
constexpr std::string_view kUnclean = "unclean.leader.election.enable";
constexpr std::string_view kLargest = "max.message.bytes";
// Not among the settings: a topic's own.
constexpr std::string_view kPartitionCount = "partitions";
constexpr std::string_view kReplication = "replication factor";

// A trail that is shorter cannot answer for the last year.
constexpr std::int64_t kRetentionShortMs = std::int64_t{365} * 24 * 3600 * 1000;
// What librdkafka puts into one request for a Kafka partition; a smaller limit refuses whole requests.
constexpr std::int64_t kBatchBytes = 1'000'000;

std::int64_t number(const std::string& text, std::int64_t otherwise) {
  std::int64_t value = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Handle<rd_kafka_AdminOptions_t> options_for(rd_kafka_t* client, rd_kafka_admin_op_t what, milliseconds patience) {
  Handle<rd_kafka_AdminOptions_t> options{rd_kafka_AdminOptions_new(client, what)};
  // Only refuses a number out of its bounds.
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms(patience), nullptr, 0);
  return options;
}

// The answer to a request that was made with this queue.
std::expected<Handle<rd_kafka_event_t>, Failure> answer_of(rd_kafka_queue_t* queue, std::string_view doing,
                                                           milliseconds patience) {
  constexpr milliseconds kGrace{1000};  // for librdkafka to say itself that the time is over
  Handle<rd_kafka_event_t> event{rd_kafka_queue_poll(queue, timeout_ms(patience + kGrace))};
  if (!event) return std::unexpected(failure_of(RD_KAFKA_RESP_ERR__TIMED_OUT, doing));
  const auto error = rd_kafka_event_error(event.get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::unexpected(failure_of(error, doing, rd_kafka_event_error_string(event.get())));
  }
  return event;
}

std::expected<std::map<std::string, std::string>, Failure> settings_of(rd_kafka_t* client, const std::string& topic,
                                                                       milliseconds patience) {
  const Handle<rd_kafka_ConfigResource_t> resource{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str())};
  std::array<rd_kafka_ConfigResource_t*, 1> asked{resource.get()};
  const Handle<rd_kafka_queue_t> queue{rd_kafka_queue_new(client)};
  const auto options = options_for(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, patience);
  rd_kafka_DescribeConfigs(client, asked.data(), asked.size(), options.get(), queue.get());
  const std::string doing = "asking for the settings of the topic " + topic;
  const auto event = answer_of(queue.get(), doing, patience);
  if (!event) return std::unexpected(event.error());
  std::size_t count = 0;
  const auto* const* resources =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event->get()), &count);
  std::map<std::string, std::string> settings;
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_ConfigResource_error(resources[i]);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return std::unexpected(failure_of(error, doing, rd_kafka_ConfigResource_error_string(resources[i])));
    }
    std::size_t entries = 0;
    const auto* const* entry = rd_kafka_ConfigResource_configs(resources[i], &entries);
    for (std::size_t k = 0; k < entries; ++k) {
      const char* const value = rd_kafka_ConfigEntry_value(entry[k]);
      if (value != nullptr) settings.emplace(rd_kafka_ConfigEntry_name(entry[k]), value);
    }
  }
  return settings;
}

std::expected<std::int32_t, Failure> replication_of(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                                    milliseconds patience) {
  const rd_kafka_metadata_t* found = nullptr;
  const auto error = rd_kafka_metadata(client, 0, topic, &found, timeout_ms(patience));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure_of(error, "asking for the topic's replicas"));
  const Handle<const rd_kafka_metadata_t> metadata{found};
  std::int32_t fewest = 0;
  for (int i = 0; metadata->topic_cnt == 1 && i < metadata->topics[0].partition_cnt; ++i) {
    const std::int32_t here = metadata->topics[0].partitions[i].replica_cnt;
    fewest = i == 0 ? here : std::min(fewest, here);
  }
  return fewest;
}

// All replicas but one, so that a broker may be away; yet two where there are two. With one away the topic then takes
// nothing: events wait in the log, which is no harm, while one that only a single broker had acknowledged is gone with
// that broker's disk.
std::int32_t in_sync_of(std::int32_t replication) { return std::max(replication - 1, std::min(replication, 2)); }

// The broker that is asked next may hear of a new topic a moment later than the one that made it. Whoever looks at the
// topic says what is wrong where this takes too long.
void wait_until_known(rd_kafka_t* client, const std::string& name) {
  constexpr milliseconds kBetween{100};
  const Handle<rd_kafka_topic_t> topic{rd_kafka_topic_new(client, name.c_str(), nullptr)};
  const auto until = std::chrono::steady_clock::now() + kAdminPatience;
  while (topic && std::chrono::steady_clock::now() < until) {
    const auto count = partition_count(client, topic.get(), kAdminPatience);
    if (count || count.error().kind != Failure::Kind::Invalid) return;
    std::this_thread::sleep_for(kBetween);
  }
}

}  // namespace

std::map<std::string, std::string> settings_of_new_topic(const TopicShape& shape) {
  return {
      {std::string{kCleanup}, "delete"},    {std::string{kRetentionMs}, "-1"},
      {std::string{kRetentionBytes}, "-1"}, {std::string{kInSync}, std::to_string(in_sync_of(shape.replication))},
      {std::string{kUnclean}, "false"},
  };
}

std::vector<Danger> dangers_in(const std::map<std::string, std::string>& settings, std::int32_t replication) {
  std::vector<Danger> dangers;
  const auto value_of = [&](std::string_view name) {
    const auto found = settings.find(std::string{name});
    return found == settings.end() ? std::string{} : found->second;
  };
  const auto report = [&](std::string_view name, std::string value, std::string_view why) {
    dangers.push_back({std::string{name}, std::move(value), std::string{why}});
  };
  if (value_of(kCleanup).find("compact") != std::string::npos) {
    report(kCleanup, value_of(kCleanup), "of each account only the newest event is kept");
  }
  if (const auto kept = number(value_of(kRetentionMs), -1); kept >= 0 && kept < kRetentionShortMs) {
    report(kRetentionMs, value_of(kRetentionMs), "events are deleted within a year");
  }
  if (number(value_of(kRetentionBytes), -1) >= 0) {
    report(kRetentionBytes, value_of(kRetentionBytes), "whoever makes many events has the older ones deleted");
  }
  if (value_of(kUnclean) == "true") {
    report(kUnclean, value_of(kUnclean), "a broker that lacks acknowledged events may become the leader");
  }
  if (const auto largest = number(value_of(kLargest), kBatchBytes); largest < kBatchBytes) {
    report(kLargest, value_of(kLargest), "requests of up to 1,000,000 bytes are refused, and the stream stops");
  }
  if (replication == 1) {
    report(kReplication, "1", "one broker has the only copy");
  } else if (replication > 1 && number(value_of(kInSync), 2) < 2) {
    report(kInSync, value_of(kInSync), "an event counts as stored when one broker has it");
  }
  return dangers;
}

std::expected<bool, Failure> create_topic(const platform::Settings& settings, const TopicShape& shape) {
  const auto client = make_client(settings, Role::Reader);
  if (!client) return std::unexpected(client.error());
  const std::string doing = "making the topic " + settings.kafka_topic;
  std::array<char, 256> words{};
  const Handle<rd_kafka_NewTopic_t> topic{rd_kafka_NewTopic_new(settings.kafka_topic.c_str(), shape.partitions,
                                                                shape.replication, words.data(), words.size())};
  if (!topic) return std::unexpected(Failure{Failure::Kind::Invalid, doing + ": " + words.data()});
  for (const auto& [name, value] : settings_of_new_topic(shape)) {
    const auto error = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return std::unexpected(failure_of(error, doing));
  }
  std::array<rd_kafka_NewTopic_t*, 1> wanted{topic.get()};
  const Handle<rd_kafka_queue_t> queue{rd_kafka_queue_new(client->get())};
  const auto options = options_for(client->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, kAdminPatience);
  rd_kafka_CreateTopics(client->get(), wanted.data(), wanted.size(), options.get(), queue.get());
  const auto event = answer_of(queue.get(), doing, kAdminPatience);
  if (!event) return std::unexpected(event.error());
  std::size_t count = 0;
  const auto* const* results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event->get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return false;
    const char* const more = rd_kafka_topic_result_error_string(results[i]);
    Failure failure = failure_of(error, doing, more == nullptr ? "" : more);
    if (failure.kind != Failure::Kind::Internal && error != RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT) {
      failure.kind = Failure::Kind::Invalid;  // it was answered, and the answer was no
    }
    return std::unexpected(std::move(failure));
  }
  wait_until_known(client->get(), settings.kafka_topic);
  return true;
}

std::vector<Danger> not_as_asked(const AskedShape& asked, const TopicShape& found) {
  std::vector<Danger> differences;
  const auto compare = [&](std::string_view what, const std::optional<std::int32_t>& wanted, std::int32_t there) {
    if (!wanted || *wanted == there) return;
    differences.push_back({std::string{what}, std::to_string(there),
                           std::to_string(*wanted) + (*wanted == 1 ? " was" : " were") + " asked for"});
  };
  compare(kPartitionCount, asked.partitions, found.partitions);
  compare(kReplication, asked.replication, found.replication);
  return differences;
}

std::expected<FoundTopic, Failure> look_for_dangers(const platform::Settings& settings, milliseconds patience) {
  const auto client = make_client(settings, Role::Reader);
  if (!client) return std::unexpected(client.error());
  const Handle<rd_kafka_topic_t> topic{rd_kafka_topic_new(client->get(), settings.kafka_topic.c_str(), nullptr)};
  if (!topic) return std::unexpected(failure_of(rd_kafka_last_error(), "the topic " + settings.kafka_topic));
  const auto count = partition_count(client->get(), topic.get(), patience);
  if (!count) return std::unexpected(count.error());
  const auto found = settings_of(client->get(), settings.kafka_topic, patience);
  if (!found) return std::unexpected(found.error());
  const auto replication = replication_of(client->get(), topic.get(), patience);
  if (!replication) return std::unexpected(replication.error());
  return FoundTopic{{static_cast<std::int32_t>(*count), *replication}, dangers_in(*found, *replication)};
}

}  // namespace tweestap::consumers::kafka
