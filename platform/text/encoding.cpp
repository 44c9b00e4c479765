#include "platform/text/encoding.h"

#include <array>
#include <span>

namespace tweestap::platform {
namespace {

// A base-2^n text form: its symbols, and what each byte of a text stands for.
struct Alphabet {
  unsigned bits = 0;
  std::string_view symbols;
  std::array<std::int8_t, 256> values{};

  constexpr Alphabet(unsigned bits_a_symbol, std::string_view all, bool any_case) : bits(bits_a_symbol), symbols(all) {
    values.fill(-1);
    for (std::size_t i = 0; i < all.size(); ++i) {
      values[static_cast<unsigned char>(all[i])] = static_cast<std::int8_t>(i);
      if (!any_case) continue;
      const char c = all[i];
      const char other = c >= 'A' && c <= 'Z'   ? static_cast<char>(c + 32)
                         : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32)
                                                : c;
      values[static_cast<unsigned char>(other)] = static_cast<std::int8_t>(i);
    }
  }

  [[nodiscard]] constexpr std::size_t text_size(std::size_t bytes) const { return (bytes * 8 + bits - 1) / bits; }
  [[nodiscard]] constexpr std::size_t byte_size(std::size_t text) const { return text * bits / 8; }
};

constexpr Alphabet kHex(4, "0123456789abcdef", true);
constexpr Alphabet kBase32(5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", true);
constexpr Alphabet kBase64(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", false);
constexpr Alphabet kBase64Url(6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false);

template <typename Symbol>
void encode_into(const Alphabet& alphabet, Bytes bytes, std::span<Symbol> text) {
  const unsigned mask = (1U << alphabet.bits) - 1;
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  std::size_t at = 0;
  for (const std::uint8_t byte : bytes) {
    held = held << 8 | byte;
    for (held_bits += 8; held_bits >= alphabet.bits;) {
      held_bits -= alphabet.bits;
      text[at++] = static_cast<Symbol>(alphabet.symbols[held >> held_bits & mask]);
    }
  }
  if (held_bits > 0) text[at] = static_cast<Symbol>(alphabet.symbols[held << (alphabet.bits - held_bits) & mask]);
}

// False where a symbol is none, or where the text is not the one that encoding its bytes would give.
bool decode_into(const Alphabet& alphabet, std::string_view text, std::span<std::uint8_t> bytes) {
  if (alphabet.text_size(bytes.size()) != text.size()) return false;
  std::uint32_t held = 0;
  unsigned held_bits = 0;
  std::size_t at = 0;
  for (const char c : text) {
    const int value = alphabet.values[static_cast<unsigned char>(c)];
    if (value < 0) return false;
    held = held << alphabet.bits | static_cast<std::uint32_t>(value);
    held_bits += alphabet.bits;
    if (held_bits >= 8) {
      held_bits -= 8;
      bytes[at++] = static_cast<std::uint8_t>(held >> held_bits);
    }
  }
  return (held & ((1U << held_bits) - 1)) == 0;
}

std::string encode(const Alphabet& alphabet, Bytes bytes) {
  std::string text(alphabet.text_size(bytes.size()), '\0');
  encode_into<char>(alphabet, bytes, text);
  return text;
}

Secret encode_secret(const Alphabet& alphabet, const Secret& secret) {
  Secret text(alphabet.text_size(secret.size()));
  encode_into<std::uint8_t>(alphabet, secret.reveal(), text.writable());
  return text;
}

std::optional<std::vector<std::uint8_t>> decode(const Alphabet& alphabet, std::string_view text) {
  std::vector<std::uint8_t> bytes(alphabet.byte_size(text.size()));
  if (!decode_into(alphabet, text, bytes)) return std::nullopt;
  return bytes;
}

std::optional<Secret> decode_secret(const Alphabet& alphabet, std::string_view text) {
  Secret bytes(alphabet.byte_size(text.size()));
  if (!decode_into(alphabet, text, bytes.writable())) return std::nullopt;
  return bytes;
}

}  // namespace

std::string to_hex(Bytes bytes) { return encode(kHex, bytes); }
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) { return decode(kHex, text); }
std::string to_base64url(Bytes bytes) { return encode(kBase64Url, bytes); }
std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text) { return decode(kBase64Url, text); }
std::string to_base64(Bytes bytes) { return encode(kBase64, bytes); }
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text) { return decode(kBase64, text); }
std::string to_base32(Bytes bytes) { return encode(kBase32, bytes); }
std::optional<std::vector<std::uint8_t>> from_base32(std::string_view text) { return decode(kBase32, text); }

Secret secret_to_base64url(const Secret& secret) { return encode_secret(kBase64Url, secret); }
Secret secret_to_base32(const Secret& secret) { return encode_secret(kBase32, secret); }
std::optional<Secret> secret_from_base32(std::string_view text) { return decode_secret(kBase32, text); }
std::optional<Secret> secret_from_base64url(std::string_view text) { return decode_secret(kBase64Url, text); }
std::optional<Secret> secret_from_hex(std::string_view text) { return decode_secret(kHex, text); }

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kUpperHex = "0123456789ABCDEF";  // RFC 3986, 2.1: upper case is the normal form
  std::string encoded;
  encoded.reserve(3 * text.size());  // it never grows: whoever wipes the result has wiped every copy
  for (const char c : text) {
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kUpperHex[byte >> 4];
    encoded += kUpperHex[byte & 0x0f];
  }
  return encoded;
}

}  // namespace tweestap::platform
