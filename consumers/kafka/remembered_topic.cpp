#include "consumers/kafka/remembered_topic.h"

#include <utility>

#include "consumers/kafka/big_endian.h"
#include "platform/bug.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::Failure;

// Format (1), length of the name (1), the name, and 8 bytes a partition to the end.
constexpr char kFormat = 1;
constexpr std::size_t kNumberBytes = sizeof(std::uint64_t);

bool in_bounds(const RememberedTopic& topic) {
  return !topic.topic.empty() && topic.topic.size() <= kTopicBytesMax && !topic.acknowledged.empty() &&
         topic.acknowledged.size() <= kPartitionsMax;
}

}  // namespace

std::string remembered_bytes(const RememberedTopic& topic) {
  if (!in_bounds(topic)) platform::bug("a topic was to be remembered that is none");
  std::string bytes(1, kFormat);
  bytes.push_back(static_cast<char>(topic.topic.size()));
  bytes.append(topic.topic);
  for (const std::uint64_t position : topic.acknowledged) append_big_endian(position, bytes);
  return bytes;
}

std::expected<RememberedTopic, Failure> parse_remembered(std::string_view bytes) {
  const auto damaged = [] {
    return std::unexpected(Failure{Failure::Kind::Damaged, "what the store remembers of the topic does not read back"});
  };
  if (bytes.size() < 2 || bytes[0] != kFormat) return damaged();
  const std::size_t name_bytes = static_cast<std::uint8_t>(bytes[1]);
  bytes.remove_prefix(2);
  if (bytes.size() < name_bytes || (bytes.size() - name_bytes) % kNumberBytes != 0) return damaged();
  RememberedTopic topic{std::string{bytes.substr(0, name_bytes)}, {}};
  for (bytes.remove_prefix(name_bytes); !bytes.empty(); bytes.remove_prefix(kNumberBytes)) {
    if (topic.acknowledged.size() == kPartitionsMax) return damaged();
    topic.acknowledged.push_back(read_big_endian<std::uint64_t>(bytes));
  }
  if (!in_bounds(topic)) return damaged();
  return topic;
}

}  // namespace tweestap::consumers::kafka
