#include "consumers/sms/message_template.h"

#include <algorithm>
#include <array>
#include <utility>

#include "eventstore/json_text.h"
#include "platform/bug.h"
#include "platform/text/encoding.h"

namespace tweestap::consumers::sms {
namespace {

// \u0001 for one byte is the longest that any of the forms makes of it.
constexpr std::size_t kEscapedBytesMax = 6;

void wipe(std::string& text) { platform::wipe_memory({reinterpret_cast<std::uint8_t*>(text.data()), text.size()}); }

void append_json(std::string_view value, std::string& out) {
  std::string quoted;
  quoted.reserve(kEscapedBytesMax * value.size() + 2);  // grows never, so there is one copy to wipe
  eventstore::append_json_string(value, quoted);
  out.append(quoted, 1, quoted.size() - 2);
  wipe(quoted);
}

void append_form(std::string_view value, std::string& out) {
  std::string encoded = platform::percent_encode(value);
  out += encoded;
  wipe(encoded);
}

void append_escaped(std::string_view value, Escape escape, std::string& out) {
  switch (escape) {
    case Escape::None:
      out += value;
      return;
    case Escape::Json:
      append_json(value, out);
      return;
    case Escape::Form:
      append_form(value, out);
      return;
  }
  platform::bug("a value is escaped somehow");
}

// The name in the braces that `text` begins with; nothing where they stand for themselves.
std::optional<std::string_view> name_in_braces(std::string_view text) {
  const std::size_t end = text.find('}');
  if (!text.starts_with('{') || end == std::string_view::npos || end == 1) return std::nullopt;
  const std::string_view name = text.substr(1, end - 1);
  return std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; }) ? std::optional(name) : std::nullopt;
}

}  // namespace

std::optional<MessageTemplate::Place> MessageTemplate::place_called(std::string_view name) {
  static constexpr std::array kPlaces{
      Place{"to", &TemplateValues::to}, Place{"text", &TemplateValues::text}, Place{"from", &TemplateValues::from},
      Place{"reference", &TemplateValues::reference}, Place{"secret", &TemplateValues::secret}};
  const auto found = std::ranges::find(kPlaces, name, &Place::name);
  return found == kPlaces.end() ? std::nullopt : std::optional(*found);
}

std::expected<MessageTemplate, std::string> MessageTemplate::parse(std::string_view text, Escape escape) {
  MessageTemplate result;
  result.escape_ = escape;
  Part part;
  while (!text.empty()) {
    const auto name = name_in_braces(text);
    if (!name) {
      part.before += text.front();
      text.remove_prefix(1);
      continue;
    }
    part.place = place_called(*name);
    if (!part.place) {
      return std::unexpected("{" + std::string(*name) + "} is none of {to}, {text}, {from}, {reference}, {secret}");
    }
    text.remove_prefix(name->size() + 2);
    result.parts_.push_back(std::exchange(part, {}));
  }
  result.parts_.push_back(std::move(part));
  return result;
}

platform::Secret MessageTemplate::fill(const TemplateValues& values) const {
  std::size_t size_max = 0;
  for (const Part& part : parts_) {
    size_max += part.before.size() + (part.place ? kEscapedBytesMax * (values.*part.place->member).size() : 0);
  }
  std::string filled;
  filled.reserve(size_max);
  for (const Part& part : parts_) {
    filled += part.before;
    if (part.place) append_escaped(values.*part.place->member, escape_, filled);
  }
  auto result = platform::Secret::from_text(filled);
  wipe(filled);
  return result;
}

bool MessageTemplate::has(std::string_view name) const {
  return std::ranges::any_of(parts_, [&](const Part& part) { return part.place && part.place->name == name; });
}

}  // namespace tweestap::consumers::sms
