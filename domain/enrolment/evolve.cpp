#include "domain/evolve.h"

#include <algorithm>

namespace tweestap::domain {
namespace {

void enable(AccountState& state, TwoStep two_step) {
  state.two_step = std::move(two_step);
  state.recovery.reset();
  state.lock = Lock{};
  state.recovery_failures.clear();
  state.deferred_until.reset();
  state.enrol_before.reset();
}

// What the pending enrolment becomes.
TwoStep enrolled(const AccountState& state, Method method, const std::optional<std::int64_t>& step, Time now) {
  TwoStep two_step{method, 0, step.value_or(0), now, std::nullopt};
  if (!state.enrolment) return two_step;
  two_step.secret_position = state.enrolment->position;
  two_step.phone = state.enrolment->phone;
  return two_step;
}

// The session that enrolled goes on with a fresh token, and has passed the second step.
void renew(AccountState& state, const SessionId& session, const TokenId& token, Method method, const At& at) {
  for (Session& one : state.sessions) {
    if (one.id != session) continue;
    one.token = token;
    one.amr.insert(amr_of(method));
    one.second_step_at = at.time;
  }
}

}  // namespace

void evolve(AccountState& state, const EnrolmentStarted& event, const At& at) {
  end_enrolment(state);  // one that expired
  state.enrolment = PendingEnrolment{event.enrolment, event.method,  at.position,  0,           event.expires_at,
                                     event.login,     event.session, std::nullopt, std::nullopt};
}

void evolve(AccountState& state, const EnrolmentPhoneChanged& event, const At& at) {
  if (!state.enrolment || state.enrolment->id != event.enrolment) return;
  state.enrolment->phone = Phone{at.position, event.number_hash, event.country};
  state.enrolment->sms.reset();
}

void evolve(AccountState& state, const EnrolmentCodeRejected& event, const At&) {
  if (!state.enrolment || state.enrolment->id != event.enrolment) return;
  state.enrolment->failures = event.failures;
  if (state.enrolment->sms) ++state.enrolment->sms->failures;
}

void evolve(AccountState& state, const EnrolmentCancelled& event, const At&) {
  if (state.enrolment && state.enrolment->id == event.enrolment) end_enrolment(state);
}

void evolve(AccountState& state, const TwoStepEnabled& event, const At& at) {
  enable(state, enrolled(state, event.method, event.step, at.time));
  confirm_number(state, at.time);
  void_everything_else(state, event.session ? &*event.session : nullptr, at);
  if (event.session && event.token) renew(state, *event.session, *event.token, event.method, at);
}

// No code has come back yet, so a number that came along is trusted as little as a new one.
void evolve(AccountState& state, const TwoStepImported& event, const At& at) {
  TwoStep two_step{event.method, at.position, event.step.value_or(0), at.time, std::nullopt};
  if (event.number_hash) two_step.phone = Phone{at.position, *event.number_hash, event.country.value_or("")};
  enable(state, std::move(two_step));
}

void evolve(AccountState& state, const TwoStepMethodChanged& event, const At& at) {
  enable(state, enrolled(state, event.method, event.step, at.time));
  confirm_number(state, at.time);
  void_everything_else(state, &event.session, at);
  renew(state, event.session, event.token, event.method, at);
}

void evolve(AccountState& state, const TwoStepDisabled& event, const At& at) {
  state.two_step.reset();
  state.recovery.reset();
  state.lock = Lock{};
  state.recovery_failures.clear();
  void_everything_else(state, &event.session, at);
}

void evolve(AccountState& state, const EnrolmentDeferred& event, const At&) { state.deferred_until = event.until; }

}  // namespace tweestap::domain
