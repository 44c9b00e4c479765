#pragma once
// The second step's own counter and lock (rule OTP-6): logins and step-ups count together, and only a right code, a
// right recovery code or staff clears the count.
#include "domain/decision.h"
#include "domain/evidence.h"

namespace tweestap::domain {

/// 15 minutes at the first lock, doubling with each to 24 hours; empty: no time opens it.
[[nodiscard]] std::optional<Duration> lock_duration(std::uint32_t failures, const Rules& rules);

/// What locks at this failure, if it is one that locks.
[[nodiscard]] std::optional<SecondStepLocked> lock_after(std::uint32_t failures, const Rules& rules, Time now);

/// What a submitted app code is worth against the current secret.
struct TotpVerdict {
  std::optional<std::int64_t> step;  // accepted: the lowest matching step after the last accepted one
  CodeReason reason = CodeReason::Wrong;
};
[[nodiscard]] TotpVerdict judge(const TotpEvidence& evidence, std::int64_t last_step);

/// What a submitted code is worth at a login or a step-up, by the account's method.
struct CodeVerdict {
  bool accepted = false;
  std::optional<std::int64_t> step;  // of an app's code that was accepted
  CodeReason reason = CodeReason::Wrong;
};
/// `sms`: the code that waits there. Empty: the evidence is not about the current secret or code (rule SES-4).
[[nodiscard]] std::optional<CodeVerdict> judge_code(const TwoStep& two_step, const std::optional<SmsCode>& sms,
                                                    const std::optional<CodeEvidence>& evidence,
                                                    const Context& context);

}  // namespace tweestap::domain
