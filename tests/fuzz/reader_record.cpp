// Records as the reader library judges them, which whoever may write to the topic has made (INP-2): what it takes says
// what its bytes say, and the service's own readers see the same event in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/kafka/reader/record.h"
#include "consumers/kafka/stream_record.h"
#include "domain/all_events.h"
#include "eventstore/envelope.h"

namespace {

using namespace tweestap;

// A null of Kafka's, which no text of ours can be.
constexpr std::string_view kNull = "\xff";

// Texts with a zero byte between them: key, value, and each header's name and value.
std::vector<std::string_view> split(std::string_view bytes) {
  std::vector<std::string_view> texts;
  for (std::size_t at = 0; at <= bytes.size();) {
    const std::size_t end = std::min(bytes.find('\0', at), bytes.size());
    texts.push_back(bytes.substr(at, end - at));
    at = end + 1;
  }
  return texts;
}

std::optional<std::string_view> text_or_null(const std::vector<std::string_view>& texts, std::size_t i) {
  if (i >= texts.size() || texts[i] == kNull) return std::nullopt;
  return texts[i];
}

// What the service reads, where all of it is well formed for the service: it looks at what the reader passes over
// (`mac`), and knows what types and versions have in them.
struct ServicesView {
  consumers::kafka::ReadRecord record;
  eventstore::Envelope envelope;
};
std::optional<ServicesView> as_the_service(const reader::RawRecord& raw) {
  if (!raw.value) return std::nullopt;
  std::vector<consumers::kafka::Header> headers;
  for (const auto& [name, value] : raw.headers) headers.push_back({name, value.value_or(std::string_view{})});
  consumers::kafka::RawRecord same{.key = raw.key, .value = raw.value, .headers = headers};
  same.more_headers = headers.size() > consumers::kafka::kRawHeadersMax;
  auto record = consumers::kafka::read_record(same);
  auto envelope = eventstore::decode(*raw.value);
  if (!record || !envelope) return std::nullopt;
  return ServicesView{std::move(*record), std::move(*envelope)};
}

void check(const reader::JudgedRecord& judged, const reader::RawRecord& raw) {
  const reader::Event& event = judged.event;
  if (event.envelope != *raw.value || raw.key != event.subject) std::abort();
  if (event.position == 0 || event.version == 0 || judged.previous >= event.position) std::abort();
  // What comes from the topic is the same event where the service gives it.
  const auto again = reader::parse_page("{\"events\":[" + event.envelope + "],\"scanned_to\":1}");
  if (!again || again->events.size() != 1 || again->events[0].event != event) std::abort();
}

void check(const reader::JudgedRecord& judged, const ServicesView& service) {
  const reader::Event& event = judged.event;
  if (judged.previous != service.record.previous) std::abort();
  if (event.log != service.envelope.log.text() || event.position != service.envelope.position) std::abort();
  if (event.version != service.envelope.version || event.schema_version != service.envelope.schema_version)
    std::abort();
  if (event.subject != service.envelope.subject.text()) std::abort();
  if (event.type != domain::info_of(service.envelope.event).name) std::abort();
  if (event.time.time_since_epoch().count() != service.envelope.time.us) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto texts = split({reinterpret_cast<const char*>(data), size});
  reader::RawRecord raw{.key = text_or_null(texts, 0), .value = text_or_null(texts, 1), .headers = {}};
  for (std::size_t i = 2; i + 1 < texts.size(); i += 2) raw.headers.push_back({texts[i], text_or_null(texts, i + 1)});
  const auto judged = reader::judge_record(raw);
  if (judged) check(*judged, raw);
  const bool has_null = std::ranges::any_of(raw.headers, [](const auto& header) { return !header.value; });
  const auto service = has_null ? std::nullopt : as_the_service(raw);
  if (!service) return 0;
  if (!judged) std::abort();  // a record of ours, which its reader would stop at
  check(*judged, *service);
  return 0;
}
