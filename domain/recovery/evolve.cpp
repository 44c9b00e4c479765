#include "domain/evolve.h"

namespace tweestap::domain {

void evolve(AccountState& state, const RecoveryCodesGenerated& event, const At& at) {
  state.recovery = RecoverySet{at.position, (1U << event.count) - 1U, event.pepper, false};
}

void evolve(AccountState& state, const RecoveryCodesAcknowledged& event, const At&) {
  if (state.recovery && state.recovery->position == event.set) state.recovery->acknowledged = true;
}

void evolve(AccountState& state, const RecoveryCodeUsed& event, const At&) {
  if (!state.recovery || state.recovery->position != event.set) return;
  state.recovery->unused &= ~(1U << event.index);
  state.recovery_failures.clear();
}

}  // namespace tweestap::domain
