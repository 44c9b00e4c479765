#include "consumers/texts.h"

#include <algorithm>
#include <optional>

#include "consumers/json_scan.h"
#include "platform/bug.h"

namespace tweestap::consumers {
namespace {

std::optional<std::string_view> catalogue_of(std::string_view language) {
  for (const auto& [name, content] : embedded_texts()) {
    if (name.substr(0, name.rfind('.')) == language) return content;
  }
  return std::nullopt;
}

std::string_view text_of(std::string_view catalogue, std::string_view key) {
  const auto text = json_member(catalogue, key);
  // An escape would have to be undone, and no text of ours needs one.
  if (!text || text->kind != JsonValue::Kind::String || text->text.find('\\') != std::string_view::npos) {
    platform::bug("a text of a message is missing");
  }
  return text->text;
}

// Hands the text's pieces to `piece`, one after the other: what stands for itself, and what is filled in.
template <class Piece>
void pieces(std::string_view text, std::initializer_list<Place> places, Piece piece) {
  while (!text.empty()) {
    const auto open = text.find('{');
    piece(text.substr(0, open));
    if (open == std::string_view::npos) return;
    const auto close = text.find('}', open);
    if (close == std::string_view::npos) platform::bug("a text of a message has an open brace");
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto* const found = std::ranges::find(places, name, &Place::first);
    if (found == places.end()) platform::bug("a text of a message has a place that nobody fills");
    piece(found->second);
    text.remove_prefix(close + 1);
  }
}

}  // namespace

platform::Secret Texts::filled(std::string_view language, std::string_view key,
                               std::initializer_list<Place> places) const {
  auto catalogue = catalogue_of(language);
  if (!catalogue) catalogue = catalogue_of(fallback_);
  if (!catalogue) catalogue = catalogue_of("en");
  if (!catalogue) platform::bug("no catalogue of messages");
  const std::string_view text = text_of(*catalogue, key);
  std::size_t size = 0;
  pieces(text, places, [&size](std::string_view piece) { size += piece.size(); });
  platform::Secret out(size);
  auto at = out.writable().begin();
  pieces(text, places, [&at](std::string_view piece) { at = std::ranges::copy(piece, at).out; });
  return out;
}

}  // namespace tweestap::consumers
