#pragma once
// When a message is tried again.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "domain/time.h"

namespace tweestap::consumers {

/// Long enough that a gateway in trouble is not made worse, short enough that a person who waits still gets a code.
inline constexpr std::int64_t kPauseMaxSeconds = 60;

/// The pause after try number `tries` (from 1) did not count: 1, 2, 4 … 60 s, or as long as the gateway asked for where
/// that is longer.
[[nodiscard]] constexpr domain::Duration pause_after(std::uint32_t tries,
                                                     std::optional<std::chrono::seconds> retry_after) {
  constexpr std::uint32_t kDoublingsMax = 6;
  const std::int64_t doubled = std::int64_t{1} << std::min(tries > 0 ? tries - 1 : 0, kDoublingsMax);
  const std::int64_t own = std::min(doubled, kPauseMaxSeconds);
  return domain::seconds(std::max<std::int64_t>(own, retry_after ? retry_after->count() : 0));
}

}  // namespace tweestap::consumers
