#include "domain/reset/reset.h"

namespace tweestap::domain {
namespace {

bool is_key(const Actor& actor) { return std::holds_alternative<ApiKeyId>(actor); }

// An account with a staff role can do harm to others, so a machine or the helpdesk does not let anybody into it, and
// nobody lets themselves in.
bool may_reset(const AccountState& state, const AccountId& account, const Actor& actor, bool by_admin_session) {
  return !is_staff(state.profile.roles) || (by_admin_session && actor != Actor{account});
}

void finish(const ResetId& id, const Context& context, Events& events) {
  events.add(TwoStepReset{id, context.now + context.rules.reset_enrol_within});
}

}  // namespace

const PendingReset* waiting_reset(const AccountState& state, Time now) {
  return state.reset && !state.reset->is_over(now) ? &*state.reset : nullptr;
}

void cancel_reset(const AccountState& state, EndReason why, Time now, Events& events) {
  if (const PendingReset* waiting = waiting_reset(state, now)) events.add(ResetCancelled{waiting->id, why});
}

Decision decide(const AccountState& state, const RequestReset& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  if (!may_reset(state, command.account, command.actor, command.by_admin_session)) return refuse(Refusal::Forbidden);
  const bool four_eyes = context.policy.four_eyes;
  // A key is no person, so it can be neither of two.
  if (four_eyes && is_key(command.actor)) return refuse(Refusal::NeedsAnotherPerson);
  // Somebody who was reset and let the time to enrol go by needs another one.
  if (!state.two_step && !state.enrol_before) return refuse(Refusal::NotEnrolled);

  Events events{Subject::of(command.account), command.actor, command.reset};
  cancel_reset(state, EndReason::Replaced, context.now, events);
  if (!four_eyes) {
    events.add(ResetRequested{command.reset, std::nullopt, command.reason});
    finish(command.reset, context, events);
    return std::move(events).accept(ResetAnswer{command.reset, ResetAnswer::State::Done, std::nullopt});
  }
  const Time expires_at = context.now + context.rules.reset_approve_within;
  events.add(ResetRequested{command.reset, expires_at, command.reason});
  return std::move(events).accept(ResetAnswer{command.reset, ResetAnswer::State::AwaitingApproval, expires_at});
}

Decision decide(const AccountState& state, const DecideReset& command, bool beholden, const Context& context) {
  // What was asked for under four eyes stays so, whatever the policy says by now.
  if (is_key(command.actor)) return refuse(Refusal::NeedsAnotherPerson);
  const PendingReset* waiting = waiting_reset(state, context.now);
  if (waiting == nullptr || waiting->id != command.reset) return refuse(Refusal::NotOpen);
  if (waiting->requested_by == command.actor || beholden) return refuse(Refusal::NeedsAnotherPerson);
  if (!may_reset(state, command.account, command.actor, command.by_admin_session)) return refuse(Refusal::Forbidden);

  Events events{Subject::of(command.account), command.actor, command.reset};
  if (!command.approves) {
    events.add(ResetDenied{command.reset, command.reason});
    return std::move(events).accept(ResetAnswer{command.reset, ResetAnswer::State::Denied, std::nullopt});
  }
  events.add(ResetApproved{command.reset, command.reason});
  finish(command.reset, context, events);
  return std::move(events).accept(ResetAnswer{command.reset, ResetAnswer::State::Done, std::nullopt});
}

}  // namespace tweestap::domain
