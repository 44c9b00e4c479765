#include "domain/pseudonym.h"

namespace tweestap::domain {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// 16 for what is no lower-case digit.
constexpr auto kHexDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(16);
  for (std::size_t i = 0; i < kHex.size(); ++i) {
    digits[static_cast<std::uint8_t>(kHex[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}();

void append_number(std::string& out, unsigned value, int width) {
  for (unsigned place = width == 4 ? 1000 : 10; place > 0; place /= 10) {
    out.push_back(static_cast<char>('0' + value / place % 10));
  }
}

std::optional<unsigned> number(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

}  // namespace

void Pseudonym::append_text(std::string& out) const {
  append_number(out, year, 4);
  out.push_back('-');
  append_number(out, month, 2);
  out.push_back('-');
  std::array<char, 20> digits{};
  for (std::size_t i = 0; i < mac.size(); ++i) {
    digits[2 * i] = kHex[mac[i] >> 4];
    digits[2 * i + 1] = kHex[mac[i] & 15];
  }
  out.append(digits.data(), digits.size());
}

std::string Pseudonym::text() const {
  std::string out;
  append_text(out);
  return out;
}

std::optional<Pseudonym> Pseudonym::parse(std::string_view text) {
  if (text.size() != kTextSize || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  if (!year || !month || *month < 1 || *month > 12) return std::nullopt;
  Pseudonym out{static_cast<std::uint16_t>(*year), static_cast<std::uint8_t>(*month), {}};
  const char* at = text.data() + 8;
  unsigned seen = 0;
  for (std::uint8_t& byte : out.mac) {
    const unsigned high = kHexDigits[static_cast<std::uint8_t>(*at++)];
    const unsigned low = kHexDigits[static_cast<std::uint8_t>(*at++)];
    seen |= high | low;
    byte = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (seen > 15) return std::nullopt;
  return out;
}

}  // namespace tweestap::domain
