#include "domain/evolve.h"

namespace tweestap::domain {

void evolve(AccountState& state, const AccountRegistered& event, const At& at) {
  state.registered_at = at.time;
  owe_to(state, at.actor);
  state.profile.identifier_position = at.position;
  state.profile.display_name_position = event.named ? at.position : 0;
  state.profile.identifier_hash = event.identifier_hash;
  state.profile.roles = event.roles;
  state.profile.language = event.language;
  if (event.pepper) state.password = Password{at.position, *event.pepper};
}

void evolve(AccountState& state, const PasswordChanged& event, const At& at) {
  state.password = Password{at.position, event.pepper};
  void_everything_else(state, &event.session, at);
  for (Session& session : state.sessions) session.token = event.token;
}

void evolve(AccountState& state, const PasswordRehashed& event, const At& at) {
  state.password = Password{at.position, event.pepper};
}

// A fold sees no sealed member (a replay does not open them), hence the public `named`.
void evolve(AccountState& state, const ProfileChanged& event, const At& at) {
  if (event.language) state.profile.language = *event.language;
  if (event.named) state.profile.display_name_position = at.position;
}

void evolve(AccountState& state, const MandatoryFromChanged& event, const At&) {
  state.profile.mandatory_from = event.mandatory_from;
}

void evolve(AccountState& state, const AccountDisabled&, const At& at) {
  state.profile.disabled = true;
  void_everything_else(state, nullptr, at);
}

void evolve(AccountState& state, const AccountEnabled&, const At&) { state.profile.disabled = false; }

}  // namespace tweestap::domain
