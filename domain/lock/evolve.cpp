#include "domain/evolve.h"

namespace tweestap::domain {

void evolve(AccountState& state, const SecondStepLocked& event, const At&) {
  state.lock = Lock{event.failures, event.until, !event.until.has_value()};
}

void evolve(AccountState& state, const SecondStepUnlocked& event, const At&) {
  state.lock = Lock{};
  if (event.by == UnlockedBy::Staff) state.recovery_failures.clear();
  for (PendingLogin& login : state.logins) login.lock_told = false;
}

}  // namespace tweestap::domain
