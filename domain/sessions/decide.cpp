#include <algorithm>

#include "domain/evolve.h"
#include "domain/lock/lock.h"
#include "domain/recovery/recovery.h"
#include "domain/reset/reset.h"
#include "domain/sessions/sessions.h"
#include "domain/sms/sms.h"

namespace tweestap::domain {
namespace {

Decision accept_step_up(const AccountId& account, const AccountState& state, const SessionRef& ref,
                        SessionSteppedUp event, const Context& context, Events events) {
  AccountState after = state;
  evolve(after, event, At{0, state.version + 1, context.now, account});
  events.add(std::move(event));
  cancel_reset(state, EndReason::SecondStepPassed, context.now, events);
  const Session* session = std::to_address(std::ranges::find(after.sessions, ref.session, &Session::id));
  return std::move(events).accept(answer_of(account, after, *session));
}

}  // namespace

const Session* live_session(const AccountState& state, const SessionRef& ref, Time now) {
  const auto found = std::ranges::find(state.sessions, ref.session, &Session::id);
  if (found == state.sessions.end() || found->token != ref.token || found->listener != ref.listener) return nullptr;
  return found->is_over(now) ? nullptr : std::to_address(found);
}

bool is_fresh(const AccountState& state, const Session& session, const Rules& rules, Time now) {
  return !state.two_step || (session.second_step_at && now < *session.second_step_at + rules.fresh_for);
}

SessionAnswer answer_of(const AccountId& account, const AccountState& state, const Session& session) {
  return {account,
          session.id,
          session.amr,
          session.started_at,
          session.expires_at,
          session.stepped_up ? session.second_step_at : std::nullopt,
          session.device,
          state.profile.roles};
}

bool use_is_due(const Session& session, const Rules& rules, Time now) {
  return now >= session.last_used_at + rules.session_use_told_every;
}

Decision decide(const AccountState& state, const StepUpByCode& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (!state.two_step) return refuse(Refusal::NotEnrolled);
  Events events{Subject::of(command.account), command.account, context.command};
  if (state.lock.holds(context.now)) {
    return std::move(events).reject(Refused{Refusal::Locked, state.lock.until, state.lock.for_good});
  }
  const auto verdict = judge_code(*state.two_step, session->sms, command.code, context);
  if (!verdict) return refuse(Refusal::Stale);
  if (verdict->accepted) {
    return accept_step_up(command.account, state, command.session,
                          {command.session.session, command.fresh_token, amr_of(state.two_step->method), verdict->step},
                          context, std::move(events));
  }
  const std::uint32_t failures = state.lock.failures + 1;
  events.add(StepUpRejected{command.session.session, state.two_step->method, verdict->reason, failures,
                            command.caller.network, command.caller.agent});
  if (auto locked = lock_after(failures, context.rules, context.now)) {
    locked->session = command.session.session;
    events.add(*locked);
  }
  return std::move(events).reject(Refusal::CodeRejected);
}

Decision decide(const AccountState& state, const StepUpByRecoveryCode& command, const Context& context) {
  if (live_session(state, command.session, context.now) == nullptr) return refuse(Refusal::TokenOver);
  if (!state.two_step) return refuse(Refusal::NotEnrolled);
  Events events{Subject::of(command.account), command.account, context.command};
  const RecoveryJudged judged =
      judge_recovery_code(state, command.code, command.caller, std::nullopt, command.session.session, context, events);
  switch (judged.verdict) {
    case RecoveryVerdict::Accepted:
      return accept_step_up(command.account, state, command.session,
                            {command.session.session, command.fresh_token, Amr::Recovery, std::nullopt}, context,
                            std::move(events));
    case RecoveryVerdict::Rejected:
      return std::move(events).reject(Refusal::CodeRejected);
    case RecoveryVerdict::Throttled:
      return std::move(events).reject(Refused{Refusal::Throttled, judged.until, false});
    case RecoveryVerdict::Stale:
      return refuse(Refusal::Stale);
  }
  std::unreachable();
}

Decision decide(const AccountState& state, const TouchSession& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  Events events{Subject::of(command.account), command.account, context.command};
  if (use_is_due(*session, context.rules, context.now)) events.add(SessionUsed{session->id});
  return std::move(events).accept(answer_of(command.account, state, *session));
}

Decision decide(const AccountState& state, const EndSession& command, const Context& context) {
  if (live_session(state, command.session, context.now) == nullptr) return refuse(Refusal::TokenOver);
  Events events{Subject::of(command.account), command.account, context.command};
  for (const Session& session : state.sessions) {
    const bool meant = command.everywhere ? !session.is_over(context.now) : session.id == command.session.session;
    if (meant) events.add(SessionEnded{session.id, EndReason::Left});
  }
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain
