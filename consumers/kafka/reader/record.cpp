#include "consumers/kafka/reader/record.h"

#include <algorithm>

#include "consumers/kafka/reader/texts.h"

namespace tweestap::reader {
namespace {

constexpr std::string_view kStructuredMode = "application/cloudevents+json; charset=UTF-8";  // CloudEvents Kafka, 3.3
constexpr std::string_view kAttributePrefix = "ce_";                                         // 3.2.3

std::unexpected<std::string> no(std::string_view what) { return std::unexpected(std::string{what}); }

// The value of the one header of that name; nothing where there is none, more than one, or a null.
std::optional<std::string_view> only(const RawRecord& raw, std::string_view name) {
  const RecordHeader* found = nullptr;
  for (const RecordHeader& header : raw.headers) {
    if (header.name != name) continue;
    if (found != nullptr) return std::nullopt;
    found = &header;
  }
  return found == nullptr ? std::nullopt : found->value;
}

// Each attribute again as a header, and no other one.
bool repeats_attributes(const RawRecord& raw, const ParsedEvent& parsed) {
  const auto ours = std::ranges::count_if(
      raw.headers, [](const RecordHeader& header) { return header.name.starts_with(kAttributePrefix); });
  return static_cast<std::size_t>(ours) == parsed.attributes.size() &&
         std::ranges::all_of(parsed.attributes, [&](const auto& attribute) {
           return only(raw, std::string{kAttributePrefix} + attribute.first) == attribute.second;
         });
}

}  // namespace

std::expected<JudgedRecord, std::string> judge_record(const RawRecord& raw) {
  if (!raw.value) return no("it has no value");
  if (raw.headers.size() > kRecordHeadersMax) return no("it has more headers than any of ours");
  if (only(raw, "content-type") != kStructuredMode)
    return no("its content-type is not that of a structured CloudEvent");
  auto parsed = parse_envelope(*raw.value);
  if (!parsed) return std::unexpected("its value: " + parsed.error());
  if (raw.key != parsed->event.subject) return no("its key is not its event's subject");
  if (!repeats_attributes(raw, *parsed)) return no("its headers are not what its value says");
  if (only(raw, "position") != std::to_string(parsed->event.position) ||
      only(raw, "version") != std::to_string(parsed->event.version)) {
    return no("its headers are not what its value says");
  }
  const auto previous = read_number(only(raw, "prevposition").value_or(""), kPositionMax);
  if (!previous || *previous >= parsed->event.position) return no("it has no prevposition before its position");
  return JudgedRecord{.event = std::move(parsed->event), .previous = *previous};
}

}  // namespace tweestap::reader
