#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tweestap::platform {

/// Numbers with a unit, as settings have them. Reading takes a whole number and at most one unit; without a unit it is
/// seconds or bytes. Nothing where the text is something else or does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_duration_s(std::string_view text);  ///< s, m, h, d
[[nodiscard]] std::optional<std::int64_t> parse_size_bytes(std::string_view text);  ///< B, KiB, MiB, GiB
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// The same value in the largest unit that divides it: `12h`, `512MiB`, `90s`.
[[nodiscard]] std::string format_duration_s(std::int64_t seconds);
[[nodiscard]] std::string format_size_bytes(std::int64_t bytes);

}  // namespace tweestap::platform
