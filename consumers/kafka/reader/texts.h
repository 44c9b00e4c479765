#pragma once
// The small texts that records, tokens and events are made of.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tweestap::reader {

inline constexpr std::uint64_t kPositionMax = (std::uint64_t{1} << 53) - 1;  // exact for every reader (RFC 8259, 6)

/// A whole number as Tweestap writes it: decimal digits, no zero in front, at most `max`. Any thread.
[[nodiscard]] std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t max);

/// Whether it is a log's id: `log_` and 26 digits and letters. Any thread.
[[nodiscard]] bool is_log_id(std::string_view text);

/// The one form that `time` has: RFC 3339, UTC, microseconds. Any thread.
[[nodiscard]] std::optional<std::chrono::sys_time<std::chrono::microseconds>> read_time(std::string_view text);

}  // namespace tweestap::reader
