#pragma once
// What an event says of a network or a user agent: a keyed hash under that month's key, so that events correlate and
// name nobody.
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tweestap::domain {

/// `<YYYY-MM>-<20 hex digits>`: the first 80 bits of an HMAC-SHA-256 under the key of that month.
struct Pseudonym {
  static constexpr std::size_t kTextSize = 7 + 1 + 20;

  std::uint16_t year = 0;
  std::uint8_t month = 0;
  std::array<std::uint8_t, 10> mac{};

  void append_text(std::string& out) const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<Pseudonym> parse(std::string_view text);
  friend constexpr auto operator<=>(const Pseudonym&, const Pseudonym&) = default;
};

}  // namespace tweestap::domain
