#include "consumers/kafka/stream_record.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "consumers/kafka/big_endian.h"
#include "eventstore/envelope.h"
#include "platform/bytes.h"
#include "platform/text/encoding.h"

namespace tweestap::consumers::kafka {
namespace {

using eventstore::Attribute;
using platform::Failure;

constexpr std::string_view kMacPurpose = "tweestap-stream-1";

constexpr HeaderInfo kContentType{.name = "content-type",
                                  .meaning = "The value is a whole event (CloudEvents Kafka, 3.3: structured mode).",
                                  .constant = "application/cloudevents+json; charset=UTF-8"};
constexpr HeaderInfo kPosition{.name = "position",
                               .meaning = "The event's place in the log, from 1 and without a gap.",
                               .pattern = "^[1-9][0-9]*$"};
constexpr HeaderInfo kVersion{.name = "version",
                              .meaning = "Its place in its subject's stream, from 1 and without a gap.",
                              .pattern = "^[1-9][0-9]*$"};
constexpr HeaderInfo kPrevious{.name = "prevposition",
                               .meaning =
                                   "The position of the record before it in this Kafka partition; 0 on the "
                                   "first one of its source there.",
                               .pattern = "^(0|[1-9][0-9]*)$"};
constexpr HeaderInfo kMac{.name = "mac",
                          .meaning =
                              "A key's version and an HMAC-SHA-256, with which the service finds its own "
                              "records; consumers pass it over.",
                          .pattern = "^(0|[1-9][0-9]*):[0-9a-f]{64}$"};

// Header names are made once: a record would otherwise make fifteen of them.
constexpr std::array<HeaderInfo, eventstore::kAttributesMax> kAttributeHeaders{
    {{.name = "ce_specversion"},
     {.name = "ce_id"},
     {.name = "ce_source"},
     {.name = "ce_type"},
     {.name = "ce_schemaversion"},
     {.name = "ce_subject"},
     {.name = "ce_time"},
     {.name = "ce_position"},
     {.name = "ce_version"},
     {.name = "ce_command"},
     {.name = "ce_correlation"},
     {.name = "ce_actor"},
     {.name = "ce_onbehalfof", .always = false},
     {.name = "ce_sealedpersonal", .always = false},
     {.name = "ce_sealedsecret", .always = false}}};

constexpr std::array<HeaderInfo, kHeadersMax> kAllHeaders = [] {
  std::array<HeaderInfo, kHeadersMax> all{};
  auto* next = all.begin();
  *next++ = kContentType;
  next = std::ranges::copy(kAttributeHeaders, next).out;
  for (const HeaderInfo& own : {kPosition, kVersion, kPrevious, kMac}) *next++ = own;
  return all;
}();

std::unexpected<Failure> damaged(std::string_view reason) {
  return std::unexpected(Failure{Failure::Kind::Damaged, std::string{reason}});
}

// Empty where no envelope of ours has such an attribute.
std::string_view header_of(std::string_view attribute) {
  const auto* const found = std::ranges::find_if(kAttributeHeaders, [&](const HeaderInfo& header) {
    return header.name.substr(kAttributePrefix.size()) == attribute;
  });
  return found == kAttributeHeaders.end() ? std::string_view{} : found->name;
}

void append_field(std::string_view field, std::string& out) {
  append_big_endian(static_cast<std::uint32_t>(field.size()), out);
  out.append(field);
}

// docs/consumers.md, "The mac", has these bytes for other programs.
void append_authenticated(std::string_view log, const Place& place, std::string_view value, std::string& out) {
  append_field(kMacPurpose, out);
  append_field(log, out);
  append_field(place.topic, out);
  append_big_endian(std::uint32_t{sizeof(std::uint32_t)}, out);
  append_big_endian(static_cast<std::uint32_t>(place.partition), out);
  append_big_endian(std::uint32_t{sizeof(std::uint64_t)}, out);
  append_big_endian(place.previous, out);
  append_field(value, out);
}

// A number as we write it: digits, no zero in front.
template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || (text.size() > 1 && text.front() == '0')) return {};
  return number;
}

std::string_view log_of(std::string_view id) { return id.substr(0, id.find('/')); }

// The value of the one header of that name.
std::optional<std::string_view> only_header(std::span<const Header> headers, std::string_view name) {
  std::optional<std::string_view> found;
  for (const Header& header : headers) {
    if (header.name != name) continue;
    if (found) return std::nullopt;
    found = header.value;
  }
  return found;
}

std::size_t attribute_headers(std::span<const Header> headers) {
  return static_cast<std::size_t>(
      std::ranges::count_if(headers, [](const Header& one) { return one.name.starts_with(kAttributePrefix); }));
}

bool read_mac(std::string_view text, ReadRecord& into) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto version = read_number<std::uint32_t>(text.substr(0, colon));
  const std::string_view digits = text.substr(colon + 1);
  const auto bytes = platform::from_hex(digits);
  if (!version || !bytes || bytes->size() != into.mac.size() || platform::to_hex(*bytes) != digits) return false;
  into.mac_version = *version;
  std::ranges::copy(*bytes, into.mac.begin());
  return true;
}

}  // namespace

std::span<const HeaderInfo> header_infos() { return kAllHeaders; }

std::expected<void, Failure> StreamRecord::take(std::string_view envelope) {
  const auto attributes = eventstore::scan_attributes(envelope);
  if (!attributes) return std::unexpected(attributes.error());
  value_ = envelope;
  key_ = attributes->text("subject");
  log_ = log_of(attributes->text("id"));
  count_ = 0;
  add(kContentType.name, kContentType.constant);
  for (const Attribute& attribute : attributes->all()) {
    const std::string_view header = header_of(attribute.name);
    if (header.empty()) return damaged("an envelope has an attribute that none of this version has");
    add(header, attribute.text);
  }
  for (const std::string_view counted : {kPosition.name, kVersion.name}) add(counted, attributes->text(counted));
  without_place_ = count_;
  return {};
}

void StreamRecord::place(const Place& place, const MacKeys& keys) {
  const auto& [version, key] = *keys.rbegin();
  authenticated_.clear();
  append_authenticated(log_, place, value_, authenticated_);
  previous_ = std::to_string(place.previous);
  mac_ = std::to_string(version);
  mac_.push_back(':');
  mac_.append(platform::to_hex(platform::hmac_sha256(key, authenticated_)));
  count_ = without_place_;
  add(kPrevious.name, previous_);
  add(kMac.name, mac_);
}

std::expected<ReadRecord, Failure> read_record(const RawRecord& raw) {
  if (!raw.value || raw.value->size() > eventstore::kEnvelopeBytesMax)
    return damaged("a record's value is no envelope");
  const auto head = eventstore::scan_head(*raw.value);
  if (!head) return std::unexpected(head.error());
  // What we would have written for this value is what has to be there.
  StreamRecord wanted;
  if (auto taken = wanted.take(*raw.value); !taken) return std::unexpected(std::move(taken.error()));
  const auto log = domain::LogId::parse(wanted.log());
  if (!log) return damaged("a record names a log that is none");
  if (raw.key != wanted.key()) return damaged("a record's key is not its event's subject");
  if (raw.more_headers || attribute_headers(raw.headers) != attribute_headers(wanted.headers())) {
    return damaged("a record has headers that its value does not account for");
  }
  for (const Header& header : wanted.headers()) {
    if (only_header(raw.headers, header.name) != header.value) {
      return damaged("a record's headers are not what its value says");
    }
  }
  const auto previous = read_number<std::uint64_t>(only_header(raw.headers, kPrevious.name).value_or(""));
  if (!previous || *previous >= head->position) return damaged("a record has no prevposition before its position");
  ReadRecord record{.log = *log, .position = head->position, .previous = *previous, .value = *raw.value};
  if (!read_mac(only_header(raw.headers, kMac.name).value_or(""), record)) return damaged("a record has no mac");
  return record;
}

bool is_authentic(const ReadRecord& record, std::string_view topic, std::int32_t partition, const MacKeys& keys) {
  const auto key = keys.find(record.mac_version);
  if (key == keys.end()) return false;
  std::string authenticated;
  append_authenticated(record.log.text(), {topic, partition, record.previous}, record.value, authenticated);
  return platform::constant_time_equal(platform::hmac_sha256(key->second, authenticated), record.mac);
}

}  // namespace tweestap::consumers::kafka
