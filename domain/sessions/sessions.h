#pragma once
// A session: what it is worth now, and what its owner may do with it.
#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/evidence.h"

namespace tweestap::domain {

/// A session as a request named it: by the token that it brought, on the front door that it came through.
struct SessionRef {
  SessionId session;
  TokenId token;
  Listener listener{};
};

struct StepUpByCode {
  AccountId account;
  SessionRef session;
  Caller caller;
  TokenId fresh_token;
  std::optional<CodeEvidence> code;
};
struct StepUpByRecoveryCode {
  AccountId account;
  SessionRef session;
  Caller caller;
  TokenId fresh_token;
  std::optional<RecoveryEvidence> code;
};
struct TouchSession {
  AccountId account;
  SessionRef session;
};
struct EndSession {
  AccountId account;
  SessionRef session;
  bool everywhere = false;
};

/// The session, unless it is over, renewed since, or another front door's.
[[nodiscard]] const Session* live_session(const AccountState& state, const SessionRef& ref, Time now);

/// Whether the session passed the second step recently enough for what matters, or the account has none.
[[nodiscard]] bool is_fresh(const AccountState& state, const Session& session, const Rules& rules, Time now);

[[nodiscard]] SessionAnswer answer_of(const AccountId& account, const AccountState& state, const Session& session);

/// Whether this use should be told to the log.
[[nodiscard]] bool use_is_due(const Session& session, const Rules& rules, Time now);

[[nodiscard]] Decision decide(const AccountState& state, const StepUpByCode& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const StepUpByRecoveryCode& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const TouchSession& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const EndSession& command, const Context& context);

}  // namespace tweestap::domain
