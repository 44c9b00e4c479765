#include "platform/settings/quantity.h"

#include <array>
#include <charconv>
#include <span>

namespace tweestap::platform {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// From the largest to the smallest.
constexpr std::array<Unit, 4> kDurations{{{"d", 86'400}, {"h", 3'600}, {"m", 60}, {"s", 1}}};
constexpr std::array<Unit, 4> kSizes{{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

std::optional<std::int64_t> parse(std::string_view text, std::span<const Unit> units) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return number;
  for (const Unit& known : units) {
    if (known.name != unit) continue;
    std::int64_t value = 0;
    return __builtin_mul_overflow(number, known.factor, &value) ? std::nullopt : std::optional(value);
  }
  return std::nullopt;
}

std::string format(std::int64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) return std::to_string(value / unit.factor).append(unit.name);
  }
  return std::to_string(value).append(units.back().name);
}

}  // namespace

std::optional<std::int64_t> parse_duration_s(std::string_view text) { return parse(text, kDurations); }
std::optional<std::int64_t> parse_size_bytes(std::string_view text) { return parse(text, kSizes); }
std::optional<std::int64_t> parse_integer(std::string_view text) { return parse(text, {}); }
std::string format_duration_s(std::int64_t seconds) { return format(seconds, kDurations); }
std::string format_size_bytes(std::int64_t bytes) { return format(bytes, kSizes); }

}  // namespace tweestap::platform
