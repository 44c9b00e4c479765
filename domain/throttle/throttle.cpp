#include "domain/throttle/throttle.h"

#include <algorithm>

namespace tweestap::domain {
namespace {

std::optional<Time> later(std::optional<Time> a, Time b, Time now) {
  if (b <= now) return a;
  return a ? std::max(*a, b) : b;
}

}  // namespace

Duration wait_after(std::uint32_t failures, std::uint32_t free, const Rules& rules) {
  const std::uint32_t doublings = failures - free;
  if (doublings >= 30) return rules.wait_max;
  return std::min(seconds(std::int64_t{1} << doublings), rules.wait_max);
}

std::optional<Time> throttled_until(const ThrottleCounts& counts, const Rules& rules, Time now) {
  std::optional<Time> until;
  if (counts.here.failures >= rules.password_failures_here) {
    until =
        later(until, counts.here.last_at + wait_after(counts.here.failures, rules.password_failures_here, rules), now);
  }
  if (counts.anywhere.failures >= rules.password_failures_anywhere && !counts.known_network) {
    until = later(
        until, counts.anywhere.last_at + wait_after(counts.anywhere.failures, rules.password_failures_anywhere, rules),
        now);
  }
  if (counts.network.failures >= rules.password_failures_network) {
    until = later(until, counts.network.last_at + rules.network_pace, now);
  }
  return until;
}

bool starts_an_interval(const ThrottleCounts& counts, Time until) {
  return until > std::max(counts.here.refused_until, counts.anywhere.refused_until);
}

}  // namespace tweestap::domain
