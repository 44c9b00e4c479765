#include "domain/evolve.h"

namespace tweestap::domain {
namespace {

void end_reset(AccountState& state, const ResetId& reset) {
  if (state.reset && state.reset->id == reset) state.reset.reset();
}

}  // namespace

void evolve(AccountState& state, const ResetRequested& event, const At& at) {
  // One that nobody has to approve is done in the same batch; until then it is kept for who asked.
  state.reset = PendingReset{event.reset, at.position, at.actor, at.time, event.expires_at.value_or(at.time)};
}

// What follows from it is in two_step.reset, of the same batch.
void evolve(AccountState&, const ResetApproved&, const At&) {}

void evolve(AccountState& state, const ResetDenied& event, const At&) { end_reset(state, event.reset); }

void evolve(AccountState& state, const ResetCancelled& event, const At&) { end_reset(state, event.reset); }

void evolve(AccountState& state, const TwoStepReset& event, const At& at) {
  if (state.reset && state.reset->id == event.reset) owe_to(state, state.reset->requested_by);
  owe_to(state, at.actor);
  end_reset(state, event.reset);
  state.two_step.reset();
  state.recovery.reset();
  state.lock = Lock{};
  state.recovery_failures.clear();
  state.deferred_until.reset();
  state.enrol_before = event.enrol_before;
  void_everything_else(state, nullptr, at);
}

}  // namespace tweestap::domain
