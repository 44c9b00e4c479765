#pragma once
// Recovery codes: the set, what a submitted one is worth, and how wrong ones slow down.
#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/evidence.h"
#include "domain/sessions/sessions.h"

namespace tweestap::domain {

/// Verifiers of a set of codes that the caller drew.
struct NewRecoverySet {
  SecretText verifiers;
  std::uint32_t pepper = 0;
};

struct RegenerateRecoveryCodes {
  AccountId account;
  SessionRef session;
  Caller caller;
  std::optional<PasswordEvidence> password;
  std::optional<NewRecoverySet> set;
};
struct AcknowledgeRecoveryCodes {
  AccountId account;
  SessionRef session;
};

/// Wrong recovery codes in a row of this account from the caller's network.
[[nodiscard]] RecoveryFailures recovery_failures(const AccountState& state, const Caller& caller);

/// When the next recovery code is looked at; empty: now. To be asked before any hash is spent.
[[nodiscard]] std::optional<Time> recovery_wait(const AccountState& state, const Caller& caller, const Rules& rules,
                                                Time now);

/// What a submitted recovery code led to; events are added where it counted or did not.
enum class RecoveryVerdict : std::uint8_t { Accepted, Rejected, Throttled, Stale };
struct RecoveryJudged {
  RecoveryVerdict verdict{};
  std::optional<Time> until;
};
/// Exactly one of `login` and `session` is given.
[[nodiscard]] RecoveryJudged judge_recovery_code(const AccountState& state,
                                                 const std::optional<RecoveryEvidence>& evidence, const Caller& caller,
                                                 std::optional<LoginId> login, std::optional<SessionId> session,
                                                 const Context& context, Events& events);

[[nodiscard]] Decision decide(const AccountState& state, const RegenerateRecoveryCodes& command,
                              const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const AcknowledgeRecoveryCodes& command,
                              const Context& context);

}  // namespace tweestap::domain
