#include <algorithm>

#include "domain/login/login.h"
#include "domain/recovery/recovery.h"

namespace tweestap::domain {

RecoveryFailures recovery_failures(const AccountState& state, const Caller& caller) {
  RecoveryFailures out{caller.network, 0, {}};
  const auto add = [&out](const RecoveryFailures& one) {
    out.failures += one.failures;
    out.last_at = std::max(out.last_at, one.last_at);
  };
  for (const RecoveryFailures& one : state.recovery_failures) {
    if (one.network ? caller.is_from(one.network) : !caller.network) add(one);
  }
  // A network without a place of its own is counted with the others that have none.
  if (out.failures == 0 && state.recovery_failures.size() >= kRecoveryNetworksMax) {
    const auto rest =
        std::ranges::find_if(state.recovery_failures, [](const RecoveryFailures& one) { return !one.network; });
    if (rest != state.recovery_failures.end()) add(*rest);
  }
  return out;
}

std::optional<Time> recovery_wait(const AccountState& state, const Caller& caller, const Rules& rules, Time now) {
  const RecoveryFailures counted = recovery_failures(state, caller);
  if (counted.failures < rules.recovery_failures_free) return std::nullopt;
  const Time until = counted.last_at + wait_after(counted.failures, rules.recovery_failures_free, rules);
  return until > now ? std::optional{until} : std::nullopt;
}

RecoveryJudged judge_recovery_code(const AccountState& state, const std::optional<RecoveryEvidence>& evidence,
                                   const Caller& caller, std::optional<LoginId> login, std::optional<SessionId> session,
                                   const Context& context, Events& events) {
  if (const auto until = recovery_wait(state, caller, context.rules, context.now)) {
    return {RecoveryVerdict::Throttled, until};
  }
  const std::uint64_t current = state.recovery ? state.recovery->position : 0;
  if (!evidence || evidence->set_position != current) return {RecoveryVerdict::Stale, std::nullopt};

  const bool counts = state.recovery && evidence->index && (state.recovery->unused >> *evidence->index & 1U) != 0;
  if (!counts) {
    events.add(RecoveryCodeRejected{login, session, recovery_failures(state, caller).failures + 1, caller.network,
                                    caller.agent});
    return {RecoveryVerdict::Rejected, std::nullopt};
  }
  events.add(RecoveryCodeUsed{current, *evidence->index, state.recovery->left() - 1, login, session});
  if (state.lock.holds(context.now)) events.add(SecondStepUnlocked{UnlockedBy::RecoveryCode, std::nullopt});
  return {RecoveryVerdict::Accepted, std::nullopt};
}

Decision decide(const AccountState& state, const RegenerateRecoveryCodes& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (!state.two_step) return refuse(Refusal::NotEnrolled);
  if (!is_fresh(state, *session, context.rules, context.now)) return refuse(Refusal::StepUpNeeded);
  Events events{Subject::of(command.account), command.account, context.command};
  if (const auto refused = check_password(state, command.password, command.caller, &session->id, context, events)) {
    return std::move(events).reject(*refused);
  }
  if (!command.set) return refuse(Refusal::Stale);
  events.add(RecoveryCodesGenerated{kRecoveryCodesPerSet, command.set->pepper, command.set->verifiers.clone()});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const AcknowledgeRecoveryCodes& command, const Context& context) {
  if (live_session(state, command.session, context.now) == nullptr) return refuse(Refusal::TokenOver);
  if (!state.two_step) return refuse(Refusal::NotEnrolled);
  if (!state.recovery) return refuse(Refusal::NoRecoveryCodes);
  Events events{Subject::of(command.account), command.account, context.command};
  if (!state.recovery->acknowledged) events.add(RecoveryCodesAcknowledged{state.recovery->position});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain
