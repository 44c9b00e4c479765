#include "eventstore/attributes.h"

#include <algorithm>
#include <utility>

#include "eventstore/envelope.h"
#include "eventstore/json_text.h"
#include "eventstore/keys.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

bool is_attribute_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

// Visible ASCII without a backslash: what every attribute of ours is made of.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~' && c != '\\'; });
}

// A text or a whole number, as it stands.
std::string_view read_text(JsonCursor& cursor) {
  if (cursor.next_is("\"")) return cursor.plain_string();
  const std::string_view before = cursor.rest();
  cursor.count(static_cast<std::uint64_t>(kJsonIntegerMax));
  return before.substr(0, before.size() - cursor.rest().size());
}

}  // namespace

std::string_view Attributes::text(std::string_view name) const {
  const auto found = std::ranges::find(all(), name, &Attribute::name);
  return found == all().end() ? std::string_view{} : found->text;
}

std::expected<Attributes, Failure> scan_attributes(std::string_view envelope) {
  if (auto head = scan_head(envelope); !head) return std::unexpected(std::move(head.error()));
  Attributes found;
  JsonCursor cursor{envelope};
  cursor.expect("{");
  while (cursor.good()) {
    const std::string_view name = cursor.plain_string();
    cursor.expect(":");
    if (name == "data" && cursor.good()) return found;
    const std::string_view text = read_text(cursor);
    cursor.expect(",");
    if (found.count_ == kAttributesMax || !is_attribute_name(name) || !is_plain(text)) break;
    found.attributes_[found.count_++] = {name, text};
  }
  return std::unexpected(damaged("an envelope's attributes are not as they were written"));
}

}  // namespace tweestap::eventstore
