#include "domain/evolve.h"

#include <algorithm>

#include "domain/login/login.h"

namespace tweestap::domain {
namespace {

void clear_second_step_failures(AccountState& state) { state.lock = Lock{}; }

void remember_network(AccountState& state, const Pseudonym& network, Time at) {
  std::erase_if(state.known_networks, [&](const KnownNetwork& one) { return one.network == network; });
  if (state.known_networks.size() == kKnownNetworksMax) state.known_networks.erase(state.known_networks.begin());
  state.known_networks.push_back({network, at});
}

// A list that is full counts further networks together, under no name: an attacker with many networks slows down the
// newcomers among them, and never the person's own network that is in the list.
RecoveryFailures& recovery_failures_of(AccountState& state, const std::optional<Pseudonym>& network) {
  const auto of = [&](const std::optional<Pseudonym>& wanted) {
    return std::ranges::find(state.recovery_failures, wanted, &RecoveryFailures::network);
  };
  if (const auto found = of(network); found != state.recovery_failures.end()) return *found;
  if (state.recovery_failures.size() < kRecoveryNetworksMax) {
    return state.recovery_failures.emplace_back(RecoveryFailures{network, 0, {}});
  }
  if (const auto rest = of(std::nullopt); rest != state.recovery_failures.end()) return *rest;
  return state.recovery_failures.emplace_back();
}

}  // namespace

// Counted by the limits, for an unknown identifier has no row to count in; but with a remembered device there (THR-2).
void evolve(AccountState& state, const PasswordRejected& event, const At&) {
  if (!event.device) return;
  for (Device& device : state.devices) {
    if (device.id == *event.device) device.failures = event.device_failures.value_or(0);
  }
}

void evolve(AccountState& state, const LoginStarted& event, const At& at) {
  std::erase_if(state.logins, [&](const PendingLogin& one) { return one.is_over(at.time); });
  state.logins.push_back(
      {event.login, event.listener, event.awaits == Awaits::Enrolment, false, at.time, event.expires_at, std::nullopt});
}

void evolve(AccountState& state, const CodeRejected& event, const At&) {
  state.lock.failures = event.failures;
  for (PendingLogin& login : state.logins) {
    if (login.id == event.login && login.sms) ++login.sms->failures;
  }
}

void evolve(AccountState& state, const RecoveryCodeRejected& event, const At& at) {
  RecoveryFailures& entry = recovery_failures_of(state, event.network);
  entry.failures = event.failures;
  entry.last_at = at.time;
}

void evolve(AccountState& state, const LoginCompleted& event, const At& at) {
  if (event.login) std::erase_if(state.logins, [&](const PendingLogin& one) { return one.id == *event.login; });
  std::erase_if(state.sessions, [&](const Session& one) { return one.is_over(at.time); });
  const bool second_step = passed_second_step(event.amr);
  state.sessions.push_back({event.session, TokenId{event.session.bytes}, event.listener, event.amr, at.time,
                            event.expires_at, event.idle_seconds, at.time,
                            second_step ? std::optional{at.time} : std::nullopt, false, event.device, std::nullopt});
  // A remembered device skips the second step and so says nothing about it.
  if (second_step) clear_second_step_failures(state);
  if (event.amr.has(Amr::Sms)) confirm_number(state, at.time);
  for (AppDevice& phone : state.app_devices) {
    if (phone.id != event.app_device) continue;
    ++phone.sequence;
    phone.failures = 0;
    phone.last_used_at = at.time;
  }
  if (event.step && state.two_step) state.two_step->last_step = std::max(state.two_step->last_step, *event.step);
  if (event.network) remember_network(state, *event.network, at.time);
}

void evolve(AccountState& state, const LoginRefused& event, const At&) {
  if (event.reason != LoginRefusal::Locked || !event.login) return;
  for (PendingLogin& login : state.logins) {
    if (login.id == *event.login) login.lock_told = true;
  }
}

void evolve(AccountState& state, const LoginAbandoned& event, const At&) {
  std::erase_if(state.logins, [&](const PendingLogin& one) { return one.id == event.login; });
}

}  // namespace tweestap::domain
