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

constexpr std::string_view kContentType = "content-type";
constexpr std::string_view kStructuredMode = "application/cloudevents+json; charset=UTF-8";  // CloudEvents Kafka, 3.3
constexpr std::string_view kPrevious = "prevposition";
constexpr std::string_view kMac = "mac";
constexpr std::string_view kAttributePrefix = "ce_";  // CloudEvents Kafka, 3.2.3
constexpr std::string_view kMacPurpose = "tweestap-stream-1";

// Header names are made once: a record would otherwise make fifteen of them.
constexpr std::array<std::string_view, eventstore::kAttributesMax> kAttributeHeaders{
    "ce_specversion", "ce_id",    "ce_source",     "ce_type",           "ce_schemaversion",
    "ce_subject",     "ce_time",  "ce_position",   "ce_version",        "ce_command",
    "ce_correlation", "ce_actor", "ce_onbehalfof", "ce_sealedpersonal", "ce_sealedsecret"};

std::unexpected<Failure> damaged(std::string_view reason) {
  return std::unexpected(Failure{Failure::Kind::Damaged, std::string{reason}});
}

// Empty where no envelope of ours has such an attribute.
std::string_view header_of(std::string_view attribute) {
  const auto* const found = std::ranges::find_if(
      kAttributeHeaders, [&](std::string_view header) { return header.substr(kAttributePrefix.size()) == attribute; });
  return found == kAttributeHeaders.end() ? std::string_view{} : *found;
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

std::expected<void, Failure> StreamRecord::take(std::string_view envelope) {
  const auto attributes = eventstore::scan_attributes(envelope);
  if (!attributes) return std::unexpected(attributes.error());
  value_ = envelope;
  key_ = attributes->text("subject");
  log_ = log_of(attributes->text("id"));
  count_ = 0;
  add(kContentType, kStructuredMode);
  for (const Attribute& attribute : attributes->all()) {
    const std::string_view header = header_of(attribute.name);
    if (header.empty()) return damaged("an envelope has an attribute that none of this version has");
    add(header, attribute.text);
  }
  for (const std::string_view counted : {"position", "version"}) add(counted, attributes->text(counted));
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
  add(kPrevious, previous_);
  add(kMac, mac_);
}

std::expected<ReadRecord, Failure> read_record(const RawRecord& raw) {
  if (!raw.value || raw.value->size() > eventstore::kEnvelopeBytesMax)
    return damaged("a record's value is no envelope");
  const auto head = eventstore::scan_head(*raw.value);
  if (!head) return std::unexpected(head.error());
  // What we would have written for this value is what has to be there.
  StreamRecord wanted;
  if (auto taken = wanted.take(*raw.value); !taken) return std::unexpected(std::move(taken.error()));
  const auto log = domain::LogId::parse(log_of(eventstore::scan_attributes(*raw.value)->text("id")));
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
  const auto previous = read_number<std::uint64_t>(only_header(raw.headers, kPrevious).value_or(""));
  if (!previous || *previous >= head->position) return damaged("a record has no prevposition before its position");
  ReadRecord record{.log = *log,
                    .position = head->position,
                    .version = head->version,
                    .time = head->time,
                    .previous = *previous,
                    .value = *raw.value};
  if (!read_mac(only_header(raw.headers, kMac).value_or(""), record)) return damaged("a record has no mac");
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
