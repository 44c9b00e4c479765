#include "consumers/kafka/contact.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "consumers/kafka/topic_reader.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::Failure;

struct Recalled {
  std::uint64_t cursor = 0;
  RememberedTopic topic;  // without partitions: nothing was ever sent to it
};

std::expected<Recalled, Failure> recall(const eventstore::Partition& partition, const std::string& topic) {
  Recalled nothing{0, {topic, {}}};
  const auto note = partition.cursor_note(kRelayName);
  if (!note) return std::unexpected(note.error());
  if (note->empty()) return nothing;
  auto remembered = parse_remembered(*note);
  if (!remembered) return std::unexpected(std::move(remembered.error()));
  if (remembered->topic != topic) return nothing;
  const auto cursor = partition.cursor(kRelayName);
  if (!cursor) return std::unexpected(cursor.error());
  return Recalled{*cursor, std::move(*remembered)};
}

std::expected<void, Failure> compare_with_store(const eventstore::Log& log, Tail& tail) {
  if (tail.position == 0) return {};
  const auto stored = log.at(tail.position);
  if (!stored) return std::unexpected(stored.error());
  if (*stored) tail.as_stored = (*stored)->envelope == tail.value;
  return {};
}

}  // namespace

std::expected<Contact, Failure> look_at_topic(const eventstore::Partition& partition,
                                              const platform::Settings& settings, const MacKeys& keys,
                                              const std::stop_token& stop) {
  const std::string& topic = settings.kafka_topic;
  auto recalled = recall(partition, topic);
  if (!recalled) return std::unexpected(std::move(recalled.error()));
  auto reader = TopicReader::create(settings);
  if (!reader) return std::unexpected(std::move(reader.error()));
  const auto count = (*reader)->partition_count(stop);
  if (!count) return std::unexpected(count.error());
  if (*count > kPartitionsMax) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "the topic " + topic + " has more than " +
                                                               std::to_string(kPartitionsMax) + " partitions"});
  }
  std::vector<std::uint64_t>& acknowledged = recalled->topic.acknowledged;
  if (acknowledged.empty()) acknowledged.resize(*count);
  if (acknowledged.size() != *count)
    return Contact{CountChanged{acknowledged.size(), *count}, std::vector<std::int64_t>(*count)};

  const eventstore::Log& log = partition.log();
  std::vector<Tail> tails;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto number = static_cast<std::int32_t>(i);
    auto tail = (*reader)->read_tail(
        number, {log.id(), topic, number, static_cast<std::int32_t>(*count), keys, acknowledged[i]}, stop);
    if (!tail) return std::unexpected(std::move(tail.error()));
    if (auto compared = compare_with_store(log, *tail); !compared) return std::unexpected(compared.error());
    tails.push_back(std::move(*tail));
  }
  std::vector<std::int64_t> ends;
  std::ranges::transform(tails, std::back_inserter(ends), &Tail::end);
  return Contact{judge_tails(log.head().position, recalled->cursor, recalled->topic, tails), std::move(ends)};
}

std::expected<std::uint64_t, Failure> remembered_position(const eventstore::Partition& partition,
                                                          const std::string& topic) {
  auto recalled = recall(partition, topic);
  if (!recalled) return std::unexpected(std::move(recalled.error()));
  return recalled->cursor;
}

std::string advice(const TopicVerdict& verdict, std::string_view topic) {
  const std::string about = "the topic " + std::string{topic};
  if (const auto* changed = std::get_if<CountChanged>(&verdict)) {
    return about + " has " + std::to_string(changed->found) + " partitions and had " +
           (changed->recorded == 0 ? std::string{"another number"} : std::to_string(changed->recorded)) +
           " at its first use, so the events of an account would be in two of them: make a new topic with as many as "
           "you "
           "want, name it in kafka.topic, and it gets every event from the first on";
  }
  if (const auto* buried = std::get_if<Buried>(&verdict)) {
    return "the last " + std::to_string(kTailRecordsMax) + " records of partition " +
           std::to_string(buried->partition) + " of " + about +
           " are not what was sent there: let nobody else write to it, delete their records or make a new topic, and "
           "name it in kafka.topic";
  }
  if (const auto* middle = std::get_if<BeginsInTheMiddle>(&verdict)) {
    return about + " was deleted and made anew while it was streamed to, and its partition " +
           std::to_string(middle->partition) +
           " begins in the middle: delete it, make it anew with `tweestap kafka create-topic`, and it gets every event "
           "from the first on";
  }
  if (const auto* lost = std::get_if<StoreLostEvents>(&verdict)) {
    return about + " has " + "event " + std::to_string(lost->position) + " with our mac, and the log " +
           (lost->differs ? "holds another one there" : "ends before it") +
           ": acknowledged events are lost from the log; restore it from a backup";
  }
  return {};
}

}  // namespace tweestap::consumers::kafka
