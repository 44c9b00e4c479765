#pragma once
// One event as a record of a Kafka topic: what is written, and what is believed of one that was read.
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "consumers/kafka/mac_keys.h"
#include "domain/ids.h"
#include "eventstore/attributes.h"
#include "platform/crypto/hash.h"
#include "platform/failure.h"

namespace tweestap::consumers::kafka {

struct Header {
  std::string_view name;
  std::string_view value;

  bool operator==(const Header&) const = default;
};

/// `content-type`, an attribute each, `position`, `version`, `prevposition`, `mac`.
inline constexpr std::size_t kHeadersMax = 1 + eventstore::kAttributesMax + 4;

/// A header as records have it, for whoever describes records to others. StreamRecord writes its headers from these.
struct HeaderInfo {
  std::string_view name;
  std::string_view meaning{};   ///< empty: an attribute of the value again, as text
  std::string_view constant{};  ///< its text, where that is always the same
  std::string_view pattern{};   ///< what its text matches otherwise (ECMA 262); empty: what the attribute's schema says
  bool always = true;           ///< false: only where the value has the attribute
};

/// Before the name of an attribute: its header's name (CloudEvents Kafka, 3.2.3).
inline constexpr std::string_view kAttributePrefix = "ce_";

/// Every header that a record of ours can have, in the order of writing. Any thread.
[[nodiscard]] std::span<const HeaderInfo> header_infos();

/// Where in the topic a record belongs; the mac covers all of it.
struct Place {
  std::string_view topic;
  std::int32_t partition = 0;
  std::uint64_t previous = 0;  ///< the position before this one in that Kafka partition; 0: the first of its log there
};

/// An event as it goes into the topic. Its headers repeat the attributes for whoever filters, so none has personal
/// content: the envelope has none. Everything points into the envelope, which outlives it, and into itself: it is not
/// copied. Thread rule: one thread.
class StreamRecord {
 public:
  StreamRecord() = default;
  StreamRecord(const StreamRecord&) = delete;
  StreamRecord& operator=(const StreamRecord&) = delete;

  /// Takes an event's stored bytes in place of the ones before. Damaged where they do not begin as an envelope.
  [[nodiscard]] std::expected<void, platform::Failure> take(std::string_view envelope);
  /// Adds `prevposition` and `mac`, under the newest of `keys`.
  void place(const Place& place, const MacKeys& keys);

  /// `log_…`, of which it is an event.
  [[nodiscard]] std::string_view log() const { return log_; }
  [[nodiscard]] std::string_view key() const { return key_; }
  [[nodiscard]] std::string_view value() const { return value_; }
  [[nodiscard]] std::span<const Header> headers() const { return {headers_.data(), count_}; }

 private:
  void add(std::string_view name, std::string_view value) { headers_[count_++] = {name, value}; }

  std::string_view key_;
  std::string_view value_;
  std::string_view log_;
  std::array<Header, kHeadersMax> headers_;
  std::size_t count_ = 0;
  std::size_t without_place_ = 0;  // headers before those of place()
  std::string previous_;
  std::string mac_;
  std::string authenticated_;  // the bytes under the mac; kept so that its memory is used again
};

/// A record as it lies in a topic, with nothing of it judged. An absent key, value or header value is a null one.
struct RawRecord {
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::span<const Header> headers;
  bool more_headers = false;  ///< it had more than there was room for
};

/// The most headers that a record may have to be looked at: ours, and as many of whoever mirrored the topic.
inline constexpr std::size_t kRawHeadersMax = 2 * kHeadersMax;

/// A record that is one of a Tweestap log's, whether ours or forged. Points into what was read.
struct ReadRecord {
  domain::LogId log;
  std::uint64_t position = 0;
  std::uint64_t previous = 0;
  std::string_view value;
  std::uint32_t mac_version = 0;
  platform::Digest mac{};
};

/// Reads a record back. Its bytes are hostile (INP-2): Damaged unless the value begins as an envelope of at most 16 KiB
/// and the key and every header of ours are there once and say what the value says. Headers of other names are passed
/// over, as a mirror may add some. `data` is not judged: eventstore::decode() does that. Any thread.
[[nodiscard]] std::expected<ReadRecord, platform::Failure> read_record(const RawRecord& raw);

/// Whether whoever has the stream's keys wrote this record to this Kafka partition of this topic. In constant time.
/// Any thread.
[[nodiscard]] bool is_authentic(const ReadRecord& record, std::string_view topic, std::int32_t partition,
                                const MacKeys& keys);

}  // namespace tweestap::consumers::kafka
