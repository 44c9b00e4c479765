#include "domain/evolve.h"

#include <algorithm>

namespace tweestap::domain {

bool fold(AccountState& state, const Event& event, const At& at) {
  return std::visit(
      [&](const auto& one) {
        using E = std::remove_cvref_t<decltype(one)>;
        if constexpr (kIn<E, AccountEvents> || kIn<E, AccountOrVisitorEvents>) {
          evolve(state, one, at);
          state.version = at.version;
          return true;
        } else {
          return false;
        }
      },
      event);
}

bool fold(PolicyState& state, const Event& event, const At& at) {
  const auto* changed = std::get_if<PolicyChanged>(&event);
  if (changed == nullptr) return false;
  state = PolicyState{at.version,         changed->mandatory_from, changed->methods, changed->remember_durations,
                      changed->four_eyes, changed->sms_countries};
  return true;
}

void end_enrolment(AccountState& state) {
  if (!state.enrolment) return;
  if (state.ended_enrolments.size() == kEndedEnrolmentsMax)
    state.ended_enrolments.erase(state.ended_enrolments.begin());
  state.ended_enrolments.push_back(state.enrolment->id);
  state.enrolment.reset();
}

void forget_device(AccountState& state, const DeviceId& device) {
  std::erase_if(state.devices, [&](const Device& one) { return one.id == device; });
}

void owe_to(AccountState& state, const Actor& actor) {
  if (std::ranges::find(state.beholden_to, actor) != state.beholden_to.end()) return;
  // Nobody is dropped for the next one: whoever was would be free to have this account approve. See kBeholdenMax.
  if (state.beholden_to.size() < kBeholdenMax) state.beholden_to.push_back(actor);
}

void void_everything_else(AccountState& state, const SessionId* survivor, const At& at) {
  std::erase_if(state.sessions, [&](const Session& one) { return survivor == nullptr || one.id != *survivor; });
  for (Session& one : state.sessions) one.sms.reset();
  state.logins.clear();
  state.devices.clear();
  state.app_devices.clear();
  end_enrolment(state);
  state.answers_void_before = at.position;
}

}  // namespace tweestap::domain
