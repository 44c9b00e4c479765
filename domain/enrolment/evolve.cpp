#include "domain/evolve.h"

#include <algorithm>

namespace tweestap::domain {
namespace {

void enable(AccountState& state, Method method, const std::optional<std::int64_t>& step, const At& at) {
  const std::uint64_t secret_position = state.enrolment ? state.enrolment->position : 0;
  state.two_step = TwoStep{method, secret_position, step.value_or(0), at.time};
  state.recovery.reset();
  state.lock = Lock{};
  state.recovery_failures.clear();
  state.deferred_until.reset();
  state.reset_at.reset();
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
  state.enrolment =
      PendingEnrolment{event.enrolment, event.method, at.position, 0, event.expires_at, event.login, event.session};
}

void evolve(AccountState& state, const EnrolmentCodeRejected& event, const At&) {
  if (state.enrolment && state.enrolment->id == event.enrolment) state.enrolment->failures = event.failures;
}

void evolve(AccountState& state, const EnrolmentCancelled& event, const At&) {
  if (state.enrolment && state.enrolment->id == event.enrolment) end_enrolment(state);
}

void evolve(AccountState& state, const TwoStepEnabled& event, const At& at) {
  enable(state, event.method, event.step, at);
  void_everything_else(state, event.session ? &*event.session : nullptr, at);
  if (event.session && event.token) renew(state, *event.session, *event.token, event.method, at);
}

void evolve(AccountState& state, const TwoStepMethodChanged& event, const At& at) {
  enable(state, event.method, event.step, at);
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
