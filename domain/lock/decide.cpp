#include <algorithm>

#include "domain/lock/lock.h"

namespace tweestap::domain {

std::optional<Duration> lock_duration(std::uint32_t failures, const Rules& rules) {
  if (failures >= rules.failures_for_good) return std::nullopt;
  const std::uint32_t doublings = failures / rules.failures_per_lock - 1;
  if (doublings >= 20) return rules.lock_max;  // 15 minutes shifted further would say nothing more
  return std::min(Duration{rules.lock_first.us << doublings}, rules.lock_max);
}

std::optional<SecondStepLocked> lock_after(std::uint32_t failures, const Rules& rules, Time now) {
  if (failures % rules.failures_per_lock != 0 && failures < rules.failures_for_good) return std::nullopt;
  SecondStepLocked locked{failures, std::nullopt, std::nullopt, std::nullopt};
  if (const auto duration = lock_duration(failures, rules)) locked.until = now + *duration;
  return locked;
}

TotpVerdict judge(const TotpEvidence& evidence, std::int64_t last_step) {
  for (int i = 0; i < 3; ++i) {
    const std::int64_t step = evidence.current_step - 1 + i;
    if ((evidence.matched >> i & 1) != 0 && step > last_step) return {step, CodeReason::Wrong};
  }
  return {std::nullopt, evidence.matched != 0 ? CodeReason::Replayed : CodeReason::Wrong};
}

}  // namespace tweestap::domain
