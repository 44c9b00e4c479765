#pragma once
// Switching two-step on, over to another secret, and off.
#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/evidence.h"
#include "domain/login/login.h"
#include "domain/recovery/recovery.h"
#include "domain/sessions/sessions.h"

namespace tweestap::domain {

/// Who enrols: a session, or a login that has to.
using Enroller = std::variant<SessionRef, LoginRef>;

struct StartEnrolment {
  AccountId account;
  Enroller by;
  Caller caller;
  EnrolmentId enrolment;
  Method method{};
  std::optional<PasswordEvidence> password;
  std::optional<SecretText> totp_secret;  // of method totp
  std::optional<NewPhone> phone{};        // of method sms, as the challenge
  std::optional<NewChallenge> challenge{};
};
struct SubmitEnrolmentCode {
  AccountId account;
  Enroller by;
  Caller caller;
  EnrolmentId enrolment;
  TokenId fresh_token;  // the session's; at a login also the new session's id
  std::optional<CodeEvidence> code;
  std::optional<NewRecoverySet> set;
};
struct CancelEnrolment {
  AccountId account;
  Enroller by;
  EnrolmentId enrolment;
};
struct DisableTwoStep {
  AccountId account;
  SessionRef session;
  Caller caller;
  std::optional<PasswordEvidence> password;
};
struct DeferEnrolment {
  AccountId account;
  SessionRef session;
};

/// Why this enroller may not look at or change this enrolment; empty: it may.
[[nodiscard]] std::optional<Refusal> access(const AccountState& state, const Enroller& by, const EnrolmentId& enrolment,
                                            Time now);

[[nodiscard]] Decision decide(const AccountState& state, const StartEnrolment& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const SubmitEnrolmentCode& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const CancelEnrolment& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const DisableTwoStep& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const DeferEnrolment& command, const Context& context);

}  // namespace tweestap::domain
