#pragma once
// How failed passwords slow down further tries (rule THR-2). Counts come in as values; they are kept alike for known
// and unknown identifiers.
#include <cstdint>
#include <optional>

#include "domain/rules.h"
#include "domain/time.h"

namespace tweestap::domain {

/// Failures of the last hour under one key.
struct FailureCount {
  std::uint32_t failures = 0;
  Time last_at;
  Time refused_until;  // end of the last waiting interval that has its event
};

struct ThrottleCounts {
  FailureCount here;      // the identifier from this network
  FailureCount anywhere;  // the identifier
  FailureCount network;   // this network, whatever the identifier
  bool known_network = false;
  std::uint64_t suppressed = 0;  // tries since the last interval's event
};

/// 1, 2, 4 … seconds for the 0th, 1st, 2nd … failure beyond the free ones, at most `wait_max`.
[[nodiscard]] Duration wait_after(std::uint32_t failures, std::uint32_t free, const Rules& rules);

/// When the next try may be made; empty: now.
[[nodiscard]] std::optional<Time> throttled_until(const ThrottleCounts& counts, const Rules& rules, Time now);

/// Whether this waiting interval has no event yet.
[[nodiscard]] bool starts_an_interval(const ThrottleCounts& counts, Time until);

}  // namespace tweestap::domain
