#include "platform/text/shown.h"

#include <unicode/utf8.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace tweestap::platform {
namespace {

// What a terminal, a log collector or a reader could take for something else than text (LOG-2).
bool has_to_be_escaped(std::int32_t point) {
  return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x2028 || point == 0x2029 || point == 0xfeff ||
         (point >= 0x200b && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x206f) || (point >= 0xfff0 && point <= 0xfffb) || point >= 0xe0000;
}

void append_hex(std::string& out, std::string_view prefix, unsigned value, int digits) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%0*x", digits, value);
  out.append(prefix).append(text.data());
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t from = i;
    UChar32 point = 0;
    U8_NEXT(bytes, i, text.size(), point);
    if (point < 0) {
      for (std::size_t k = from; k < i; ++k) append_hex(out, "\\\\x", bytes[k], 2);
    } else if (point == '"' || point == '\\') {
      out += '\\';
      out += static_cast<char>(point);
    } else if (!has_to_be_escaped(point)) {
      out.append(text.substr(from, i - from));
    } else if (point <= 0xffff) {
      append_hex(out, "\\u", static_cast<unsigned>(point), 4);
    } else {
      append_hex(out, "\\u", 0xd7c0U + (static_cast<unsigned>(point) >> 10), 4);  // RFC 8259, 7: a surrogate pair
      append_hex(out, "\\u", 0xdc00U + (static_cast<unsigned>(point) & 0x3ffU), 4);
    }
  }
}

bool is_plain_word(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";
  return !text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos;
}

std::string word_or_quoted(std::string_view text) {
  if (is_plain_word(text)) return std::string{text};
  std::string quoted{'"'};
  append_escaped(quoted, text);
  return quoted += '"';
}

}  // namespace tweestap::platform
