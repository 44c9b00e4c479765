#pragma once
// Moments and lengths of time. Microseconds everywhere; text is RFC 3339, always UTC.
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tweestap::domain {

/// A length of time in microseconds.
struct Duration {
  std::int64_t us = 0;
  friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
};

constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
constexpr Duration minutes(std::int64_t n) { return seconds(n * 60); }
constexpr Duration hours(std::int64_t n) { return minutes(n * 60); }
constexpr Duration days(std::int64_t n) { return hours(n * 24); }

/// A moment: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
struct Time {
  std::int64_t us = 0;
  friend constexpr auto operator<=>(const Time&, const Time&) = default;
  friend constexpr Time operator+(Time at, Duration by) { return {at.us + by.us}; }
  friend constexpr Time operator-(Time at, Duration by) { return {at.us - by.us}; }
  friend constexpr Duration operator-(Time later, Time earlier) { return {later.us - earlier.us}; }
};

/// What RFC 3339 can say and a record of ours may hold: the years 1970 to 9999.
inline constexpr Time kTimeMax{253'402'300'799'999'999};

/// `2026-03-15T08:30:00.000000Z`: the size of an envelope's time.
inline constexpr std::size_t kRfc3339UsSize = 27;

/// `2026-03-15T08:30:00.000000Z`: always six digits of fraction, as the envelope wants it.
void append_rfc3339_us(Time time, std::string& out);
[[nodiscard]] std::string rfc3339_us(Time time);
/// `2026-03-15T08:30:00Z`: for people and HTTP; the fraction only where there is one.
[[nodiscard]] std::string rfc3339(Time time);

/// RFC 3339, section 5.6: any fraction (cut after the sixth digit) and any offset; empty where it is none of these or
/// out of range. No leap second, and no lower-case `t` or `z`.
[[nodiscard]] std::optional<Time> parse_rfc3339(std::string_view text);
/// Only what append_rfc3339_us() writes.
[[nodiscard]] std::optional<Time> parse_rfc3339_us(std::string_view text);

}  // namespace tweestap::domain
