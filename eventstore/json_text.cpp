#include "eventstore/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "platform/bug.h"
#include "platform/text/unicode.h"

namespace tweestap::eventstore {
namespace {

// Bytes that cannot stand in a string as they are: controls, quote, backslash. And those that need a look at UTF-8.
constexpr std::uint8_t kEscaped = 1;
constexpr std::uint8_t kBeyondAscii = 2;
constexpr auto kByteKinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t i = 0; i < 0x20; ++i) kinds[i] = kEscaped;
  kinds['"'] = kEscaped;
  kinds['\\'] = kEscaped;
  for (std::size_t i = 0x80; i < 0x100; ++i) kinds[i] = kBeyondAscii;
  return kinds;
}();

constexpr std::uint8_t byte_kind(char c) { return kByteKinds[static_cast<unsigned char>(c)]; }

// The letter after the backslash for the seven that have one (RFC 8785, 3.2.2.2); 0 for the others.
constexpr char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\t':
      return 't';
    case '\n':
      return 'n';
    case '\f':
      return 'f';
    case '\r':
      return 'r';
    default:  // not an enumeration
      return '\0';
  }
}

constexpr char unescaped(char letter) {
  switch (letter) {
    case '"':
    case '\\':
      return letter;
    case 'b':
      return '\b';
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'f':
      return '\f';
    case 'r':
      return '\r';
    default:  // not an enumeration
      return '\0';
  }
}

void append_escape(char c, std::string& out) {
  out.push_back('\\');
  if (const char letter = short_escape(c); letter != '\0') {
    out.push_back(letter);
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  out.append("u00");
  out.push_back(kLowerHex[byte >> 4]);
  out.push_back(kLowerHex[byte & 15]);
}

// -1 for what is no lower-case digit.
constexpr auto kHexDigits = [] {
  std::array<std::int8_t, 256> digits{};
  digits.fill(-1);
  for (std::size_t i = 0; i < kLowerHex.size(); ++i) {
    digits[static_cast<unsigned char>(kLowerHex[i])] = static_cast<std::int8_t>(i);
  }
  return digits;
}();

constexpr int hex_digit(char c) { return kHexDigits[static_cast<unsigned char>(c)]; }

template <class Integer>
void append_number(Integer value, std::string& out) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  std::size_t plain_from = 0;
  std::uint8_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t kind = byte_kind(text[i]);
    seen = static_cast<std::uint8_t>(seen | kind);
    if (kind != kEscaped) continue;
    out.append(text, plain_from, i - plain_from);
    append_escape(text[i], out);
    plain_from = i + 1;
  }
  out.append(text, plain_from, text.size() - plain_from);
  out.push_back('"');
  if ((seen & kBeyondAscii) != 0 && !platform::is_utf8(text)) platform::bug("text that is not UTF-8 was to be stored");
}

void append_json_integer(std::int64_t value, std::string& out) {
  if (value > kJsonIntegerMax || value < -kJsonIntegerMax) platform::bug("an integer beyond 2^53-1 was to be stored");
  append_number(value, out);
}

void append_json_count(std::uint64_t value, std::string& out) {
  if (value > static_cast<std::uint64_t>(kJsonIntegerMax)) platform::bug("a count beyond 2^53-1 was to be stored");
  append_number(value, out);
}

void append_lower_hex(const std::uint8_t* bytes, std::size_t size, std::string& out) {
  out.resize(out.size() + 2 * size);
  char* at = out.data() + out.size() - 2 * size;
  for (std::size_t i = 0; i < size; ++i) {
    *at++ = kLowerHex[bytes[i] >> 4];
    *at++ = kLowerHex[bytes[i] & 15];
  }
}

bool parse_lower_hex(std::string_view text, std::uint8_t* bytes, std::size_t size) {
  if (text.size() != 2 * size) return false;
  const char* at = text.data();
  int seen = 0;  // negative as soon as one digit was none
  for (std::size_t i = 0; i < size; ++i, at += 2) {
    const int high = hex_digit(at[0]);
    const int low = hex_digit(at[1]);
    seen |= high | low;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return seen >= 0;
}

bool JsonCursor::unescape(std::size_t bytes_max, std::string& out) {
  if (!take("\"")) return false;
  std::uint8_t seen = 0;
  for (;;) {
    const char* from = at_;
    while (at_ != end_ && byte_kind(*at_) != kEscaped) seen = static_cast<std::uint8_t>(seen | byte_kind(*at_++));
    out.append(from, at_);
    if (at_ == end_ || out.size() > bytes_max) return false;
    if (*at_ == '"') break;
    if (*at_ != '\\' || end_ - at_ < 2) return false;
    if (const char c = unescaped(at_[1]); c != '\0') {
      out.push_back(c);
      at_ += 2;
      continue;
    }
    if (end_ - at_ < 6 || std::string_view{at_ + 1, 3} != "u00") return false;
    const int high = hex_digit(at_[4]);
    const int low = hex_digit(at_[5]);
    if (high < 0 || high > 1 || low < 0) return false;  // only controls are written so
    const auto c = static_cast<char>(high << 4 | low);
    if (short_escape(c) != '\0') return false;
    out.push_back(c);
    at_ += 6;
  }
  ++at_;
  return (seen & kBeyondAscii) == 0 || platform::is_utf8(out);
}

std::string JsonCursor::string(std::size_t bytes_max) {
  std::string out;
  if (!unescape(bytes_max, out)) {
    fail();
    return {};
  }
  return out;
}

domain::SecretText JsonCursor::secret_string(std::size_t bytes_max) {
  // Reserved at once, so that no growing leaves a copy behind; at least so much that the text does not lie in the
  // string object itself, which a move would copy.
  constexpr std::size_t kBeyondShortText = 64;
  std::string out;
  out.reserve(std::max(kBeyondShortText, rest().size()));
  const bool good = unescape(bytes_max, out);
  domain::SecretText secret{std::move(out)};
  if (good) return secret;
  fail();
  return {};
}

std::int64_t JsonCursor::integer() noexcept {
  const bool negative = take("-");
  const std::uint64_t size = count(static_cast<std::uint64_t>(kJsonIntegerMax));
  if (negative && size == 0) fail();  // -0 has another text
  return negative ? -static_cast<std::int64_t>(size) : static_cast<std::int64_t>(size);
}

bool JsonCursor::boolean() noexcept {
  if (take("true")) return true;
  expect("false");
  return false;
}

}  // namespace tweestap::eventstore
