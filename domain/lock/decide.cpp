#include <algorithm>

#include "domain/lock/lock.h"
#include "domain/sms/sms.h"

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

std::optional<CodeVerdict> judge_code(const TwoStep& two_step, const std::optional<SmsCode>& sms,
                                      const std::optional<CodeEvidence>& evidence, const Context& context) {
  if (!evidence) return std::nullopt;
  switch (two_step.method) {
    case Method::Totp: {
      const auto* totp = std::get_if<TotpEvidence>(&*evidence);
      if (totp == nullptr || totp->secret_position != two_step.secret_position) return std::nullopt;
      const TotpVerdict verdict = judge(*totp, two_step.last_step);
      return CodeVerdict{verdict.step.has_value(), verdict.step, verdict.reason};
    }
    case Method::Sms: {
      const auto* typed = std::get_if<SmsEvidence>(&*evidence);
      if (typed == nullptr) return std::nullopt;
      const SmsVerdict verdict = judge(*typed, sms, context.rules, context.now);
      if (verdict.stale) return std::nullopt;
      return CodeVerdict{verdict.accepted, std::nullopt, verdict.reason};
    }
  }
  std::unreachable();
}

}  // namespace tweestap::domain
