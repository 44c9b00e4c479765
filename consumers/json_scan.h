#pragma once
// Looks one member up in JSON that somebody else wrote, without a copy of anything: a provider's answer repeats the
// message, and a parser's own buffers are not wiped (KEY-3).
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tweestap::consumers {

/// Deeper JSON is none: the scan calls itself, and what a stranger nests decides how often.
inline constexpr std::size_t kJsonDepthMax = 32;

struct JsonValue {
  enum class Kind : std::uint8_t { String, Number, Boolean, Null, Object, Array };
  Kind kind = Kind::Null;
  std::string_view text;  ///< as it is written; of a string without the quotes, its escapes untouched
};

/// Whether the whole text is one JSON value (RFC 8259), in UTF-8 and at most kJsonDepthMax deep.
[[nodiscard]] bool is_json(std::string_view text);

/// The value at `path`, names and indices with points between them: `messages.0.status`. Nothing where the text is no
/// JSON or has no such member; the first one where a name occurs twice. A name is compared as it is written, so one
/// with an escape or a point in it is never found.
[[nodiscard]] std::optional<JsonValue> json_member(std::string_view text, std::string_view path);

}  // namespace tweestap::consumers
