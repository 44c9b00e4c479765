#pragma once
// Where to go on in a Kafka partition.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consumers/kafka/reader/sequence.h"

namespace tweestap::reader {

inline constexpr std::int64_t kFromFirstRecord = -2;  // these two are librdkafka's own numbers
inline constexpr std::int64_t kFromEnd = -1;
/// Its parts at their longest take 89.
inline constexpr std::size_t kTokenBytesMax = 128;

/// The offset only says where to look: what was read is known by log and position, so an offset that no longer fits (a
/// topic that was made anew, a mirror) costs time and loses nothing.
struct Place {
  std::int32_t partition = 0;
  std::int64_t offset = kFromFirstRecord;  ///< of the next record
  Read last;

  bool operator==(const Place&) const = default;
};

/// `tweestap-1/<partition>/<offset>/<log>/<position>`, as an application or Kafka keeps it; empty where nothing was
/// read there. Any thread.
[[nodiscard]] std::string token_of(const Place& place);
/// Nothing where it is no such text: whoever may write to the group's offsets can write anything there. Any thread.
[[nodiscard]] std::optional<Place> parse_token(std::string_view token);

}  // namespace tweestap::reader
