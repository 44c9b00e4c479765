#pragma once
// Makes the topic as an audit trail needs it, and says what is wrong with one that is there.
#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::kafka {

struct TopicShape {
  std::int32_t partitions = 12;  ///< can never be changed
  std::int32_t replication = 3;  ///< brokers that keep a copy
};

/// A setting of a topic that does not suit an audit trail.
struct Danger {
  std::string setting;
  std::string value;
  std::string why;

  bool operator==(const Danger&) const = default;
};

/// The settings that a new topic gets: nothing is deleted, whatever its age, and an event counts as stored when all
/// replicas but one have it, and never less than two where there are two. Pure. Any thread.
[[nodiscard]] std::map<std::string, std::string> settings_of_new_topic(const TopicShape& shape);

/// Judges the settings of a topic, as the brokers give them, and its number of replicas. Pure. Any thread.
[[nodiscard]] std::vector<Danger> dangers_in(const std::map<std::string, std::string>& settings,
                                             std::int32_t replication);

/// Makes the topic `kafka.topic`; false where there is one already, which stays as it is. Invalid where the brokers
/// refuse; Unavailable where they do not answer within kAdminPatience. Any thread.
[[nodiscard]] std::expected<bool, platform::Failure> create_topic(const platform::Settings& settings,
                                                                  const TopicShape& shape);

/// A topic as the brokers have it.
struct FoundTopic {
  TopicShape shape;  ///< `replication` is that of the Kafka partition with the fewest
  std::vector<Danger> dangers;
};

/// The topic `kafka.topic` as it is. Invalid where there is none, Unavailable where the brokers do not answer;
/// `patience` is for each of three answers. Any thread.
[[nodiscard]] std::expected<FoundTopic, platform::Failure> look_for_dangers(const platform::Settings& settings,
                                                                            std::chrono::milliseconds patience);

/// What somebody asked for of a topic that was there already; nothing: whatever it has.
struct AskedShape {
  std::optional<std::int32_t> partitions;
  std::optional<std::int32_t> replication;
};

/// Where a topic differs from that, in the form of its dangers. Pure. Any thread.
[[nodiscard]] std::vector<Danger> not_as_asked(const AskedShape& asked, const TopicShape& found);

/// Of a person who waits for what a command says.
inline constexpr std::chrono::milliseconds kAdminPatience{10'000};

}  // namespace tweestap::consumers::kafka
