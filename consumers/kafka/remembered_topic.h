#pragma once
// What the store remembers of the topic that it streams to.
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "platform/failure.h"

namespace tweestap::consumers::kafka {

/// More is refused: the store writes 8 bytes a partition every second.
inline constexpr std::size_t kPartitionsMax = 4096;
/// Kafka's own limit.
inline constexpr std::size_t kTopicBytesMax = 249;

/// Recorded at the first contact and kept beside the relay's cursor. How many Kafka partitions there were then decides
/// where every later event goes; what each had acknowledged tells a topic that lost records from one that never had
/// them.
struct RememberedTopic {
  std::string topic;
  /// The last acknowledged position of each Kafka partition, 0: none. Its size is the recorded count.
  std::vector<std::uint64_t> acknowledged;

  bool operator==(const RememberedTopic&) const = default;
};

/// The bytes in the store. A topic's name or a count beyond its maximum is a bug. Any thread.
[[nodiscard]] std::string remembered_bytes(const RememberedTopic& topic);
/// Damaged where they are no such bytes. Any thread.
[[nodiscard]] std::expected<RememberedTopic, platform::Failure> parse_remembered(std::string_view bytes);

}  // namespace tweestap::consumers::kafka
