#pragma once
// The relay's first look at a topic, and every later one after it lost its producer.
#include <cstdint>
#include <expected>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/kafka/mac_keys.h"
#include "consumers/kafka/remembered_topic.h"
#include "consumers/kafka/topic_tails.h"
#include "eventstore/partition.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::kafka {

/// Of the cursor in the store, with the note beside it.
inline constexpr std::string_view kRelayName = "kafka";

struct Contact {
  TopicVerdict verdict;
  std::vector<std::int64_t> ends;  ///< of each Kafka partition the offset behind the last record
};

/// Reads the topic's end and compares it with the store, changing neither. A topic of another name than the remembered
/// one is a new one: it gets everything from the first event on. Unavailable where they do not answer or a stop was
/// asked for, Invalid where the topic is not there or has more than kPartitionsMax, otherwise as the store says. One
/// thread.
[[nodiscard]] std::expected<Contact, platform::Failure> look_at_topic(const eventstore::Partition& partition,
                                                                      const platform::Settings& settings,
                                                                      const MacKeys& keys, const std::stop_token& stop);

/// Up to where the store knows this topic to be, for as long as nobody can look at it: the cursor, where it is this
/// topic's, and 0 for any other one. Otherwise as the store says. Any thread.
[[nodiscard]] std::expected<std::uint64_t, platform::Failure> remembered_position(
    const eventstore::Partition& partition, const std::string& topic);

/// What is wrong and what to do, as a sentence for the operator; empty where the relay goes on. Any thread.
[[nodiscard]] std::string advice(const TopicVerdict& verdict, std::string_view topic);

}  // namespace tweestap::consumers::kafka
