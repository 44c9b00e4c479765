#include "consumers/kafka/reader/envelope.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "consumers/kafka/reader/texts.h"

namespace tweestap::reader {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSourcePrefix = "urn:tweestap:";
constexpr int kPageDepth = 2;  // of an envelope within a page

std::unexpected<std::string> no(std::string_view what) { return std::unexpected(std::string{what}); }

// Nothing of Json is thrown: bytes that are no UTF-8 are no JSON for its parser.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Of JSON as Tweestap writes it, which has no fractions and no nulls (and no number too large for either).
std::optional<Json> parse(std::string_view bytes, int depth_max) {
  bool ours = true;
  const Json::parser_callback_t look = [&](int depth, Json::parse_event_t event, Json& value) {
    if (depth > depth_max) ours = false;
    if (event == Json::parse_event_t::value && (value.is_null() || value.is_number_float())) ours = false;
    return ours;
  };
  Json json = Json::parse(bytes, look, false);
  if (!ours || json.is_discarded()) return std::nullopt;
  return json;
}

class EnvelopeReader {
 public:
  // Of JSON that is an object.
  explicit EnvelopeReader(const Json& json) : json_(json) {}

  std::expected<ParsedEvent, std::string> read() {
    if (!attributes()) return no("an attribute is neither text nor a whole number, or stands behind the data");
    if (text("specversion") != "1.0") return no("it has another specversion than 1.0");
    if (!identity()) return no("id, source and position do not belong together");
    if (!numbers()) return no("version or schemaversion is missing");
    const auto time = read_time(text("time"));
    if (!time) return no("its time is none");
    parsed_.event.time = *time;
    for (const auto& [name, into] :
         {std::pair{"type", &Event::type}, std::pair{"subject", &Event::subject}, std::pair{"command", &Event::command},
          std::pair{"correlation", &Event::correlation}, std::pair{"actor", &Event::actor}}) {
      parsed_.event.*into = text(name);
      if ((parsed_.event.*into).empty()) return no("an attribute that every event has is missing");
    }
    if (json_.contains("onbehalfof")) parsed_.event.on_behalf_of.emplace(text("onbehalfof"));
    for (const auto& [name, value] : json_.at("data").items()) parsed_.event.data.emplace(name, member(value));
    return std::move(parsed_);
  }

 private:
  // What every header can hold: visible ASCII, as all attributes of Tweestap are.
  static bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  }

  bool attributes() {
    std::size_t left = json_.size();
    parsed_.attributes.reserve(left);
    for (const auto& [name, value] : json_.items()) {
      if (--left == 0) return name == "data" && value.is_object();
      if (value.is_string() && is_plain(value.get_ref<const std::string&>())) {
        parsed_.attributes.emplace_back(name, value.get_ref<const std::string&>());
      } else if (value.is_number_unsigned() && value.get<std::uint64_t>() <= kPositionMax) {
        parsed_.attributes.emplace_back(name, std::to_string(value.get<std::uint64_t>()));
      } else {
        return false;
      }
    }
    return false;
  }

  // Empty where it is no text; otherwise of the JSON.
  [[nodiscard]] std::string_view text(const char* name) const {
    const auto found = json_.find(name);
    if (found == json_.end() || !found->is_string()) return {};
    return found->get_ref<const std::string&>();
  }
  // 0 where it is no number from 1 on.
  [[nodiscard]] std::uint64_t number(const char* name) const {
    const auto found = json_.find(name);
    return found != json_.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  }

  bool identity() {
    const std::string_view source = text("source");
    if (!source.starts_with(kSourcePrefix)) return false;
    parsed_.event.log = source.substr(kSourcePrefix.size());
    parsed_.event.position = number("position");
    return is_log_id(parsed_.event.log) && parsed_.event.position > 0 &&
           text("id") == parsed_.event.log + "/" + std::to_string(parsed_.event.position);
  }

  bool numbers() {
    parsed_.event.version = number("version");
    const std::uint64_t schema_version = number("schemaversion");
    if (schema_version > std::numeric_limits<std::uint32_t>::max()) return false;
    parsed_.event.schema_version = static_cast<std::uint32_t>(schema_version);
    return parsed_.event.version > 0 && schema_version > 0;
  }

  static Member member(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>();
    const bool fits = !value.is_number_unsigned() || value.get<std::uint64_t>() <= kPositionMax;
    if (value.is_number_integer() && fits) return value.get<std::int64_t>();
    return OtherJson{text_of(value)};
  }

  const Json& json_;
  ParsedEvent parsed_;
};

std::expected<ParsedEvent, std::string> read_envelope(const Json& json, std::string bytes) {
  if (bytes.size() > kEnvelopeBytesMax || !json.is_object()) return no("it is no envelope");
  auto parsed = EnvelopeReader{json}.read();
  if (parsed) parsed->event.envelope = std::move(bytes);
  return parsed;
}

}  // namespace

std::expected<ParsedEvent, std::string> parse_envelope(std::string_view bytes) {
  if (bytes.size() > kEnvelopeBytesMax) return no("it is longer than any envelope");
  const auto json = parse(bytes, kDepthMax);
  if (!json) return no("it is not JSON of ours");
  std::string written = text_of(*json);
  if (written != bytes) return no("it is JSON, written in another way than ours");
  return read_envelope(*json, std::move(written));
}

std::expected<Page, std::string> parse_page(std::string_view bytes) {
  const auto json = parse(bytes, kDepthMax + kPageDepth);
  if (!json || !json->is_object() || text_of(*json) != bytes) return no("it is no page of events");
  const auto events = json->find("events");
  const auto scanned_to = json->find("scanned_to");
  if (events == json->end() || !events->is_array() || scanned_to == json->end() || !scanned_to->is_number_unsigned()) {
    return no("it is no page of events");
  }
  Page page{.events = {}, .scanned_to = scanned_to->get<std::uint64_t>()};
  for (const Json& one : *events) {
    auto parsed = read_envelope(one, text_of(one));
    if (!parsed) return std::unexpected("an event of it: " + parsed.error());
    page.events.push_back(std::move(*parsed));
  }
  return page;
}

std::optional<std::string_view> Event::text(std::string_view member) const {
  const auto found = data.find(member);
  if (found == data.end()) return std::nullopt;
  const auto* const text = std::get_if<std::string>(&found->second);
  return text != nullptr ? std::optional<std::string_view>{*text} : std::nullopt;
}

std::optional<std::int64_t> Event::number(std::string_view member) const {
  const auto found = data.find(member);
  if (found == data.end()) return std::nullopt;
  const auto* const number = std::get_if<std::int64_t>(&found->second);
  return number != nullptr ? std::optional<std::int64_t>{*number} : std::nullopt;
}

}  // namespace tweestap::reader
