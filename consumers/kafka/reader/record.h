#pragma once
// A record of the topic, judged before anything of it is believed.
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/kafka/reader/envelope.h"

namespace tweestap::reader {

struct RecordHeader {
  std::string_view name;
  std::optional<std::string_view> value;
};

/// As it lies in the topic; what is absent there is a null.
struct RawRecord {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<RecordHeader> headers;
};
/// Tweestap's are at most 20; a mirror may add as many again. More make a record a foreign one.
inline constexpr std::size_t kRecordHeadersMax = 40;

struct JudgedRecord {
  Event event;
  std::uint64_t previous = 0;  ///< `prevposition`; below the event's position
};

/// Its bytes are hostile (INP-2). The value has to be an envelope, and the key and every header of ours there once and
/// say what the value says; headers of other names are passed over. `mac` is passed over too: its key never leaves the
/// service. Otherwise what is wrong, in words without anything of the content. Any thread.
[[nodiscard]] std::expected<JudgedRecord, std::string> judge_record(const RawRecord& raw);

}  // namespace tweestap::reader
