#include <algorithm>

#include "domain/app_login/app_login.h"
#include "domain/login/login.h"

namespace tweestap::domain {
namespace {

// The phone proved itself and the PIN did not count: the only failure that does (rule APP-1), for it takes the phone.
Decision reject_pin(const LogInWithApp& command, const AppDevice& phone, const Context& context) {
  Events events{Subject::of(command.account), Anyone{}, context.command};
  const std::uint32_t failures = phone.failures + 1;
  events.add(AppPinRejected{phone.id, failures, command.caller.network, command.caller.agent});
  if (failures >= context.rules.app_pin_failures) events.add(AppDeviceLocked{phone.id});
  return std::move(events).reject(Refusal::CredentialsRejected);
}

}  // namespace

const AppDevice* bound_phone(const AccountState& state, const AppDeviceId& app_device) {
  const auto found = std::ranges::find(state.app_devices, app_device, &AppDevice::id);
  return found == state.app_devices.end() ? nullptr : std::to_address(found);
}

Decision decide(const AccountState& state, const BindAppDevice& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (!state.two_step) return refuse(Refusal::NotEnrolled);
  if (!is_fresh(state, *session, context.rules, context.now)) return refuse(Refusal::StepUpNeeded);
  // Before the password, so that a wrong proof is no failed password.
  if (!command.proved) return refuse(Refusal::CredentialsRejected);
  Events events{Subject::of(command.account), command.account, context.command};
  if (const auto refused = check_password(state, command.password, command.caller, &session->id, context, events)) {
    return std::move(events).reject(*refused);
  }
  if (state.app_devices.size() >= kAppDevicesMax) {
    events.add(AppDeviceUnbound{state.app_devices.front().id, EndReason::Limit});
  }
  events.add(AppDeviceBound{command.app_device, session->id, command.name, command.keys.clone()});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const UnbindAppDevice& command, const Context& context) {
  if (live_session(state, command.session, context.now) == nullptr) return refuse(Refusal::TokenOver);
  if (bound_phone(state, command.app_device) == nullptr) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), command.account, context.command};
  events.add(AppDeviceUnbound{command.app_device, EndReason::Forgotten});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const LogInWithApp& command, const Context& context) {
  const AppDevice* phone = bound_phone(state, command.app_device);
  if (phone == nullptr || state.profile.disabled || phone->locked) return refuse(Refusal::CredentialsRejected);
  // A login since then moved the sequence number, which voids every challenge before it.
  const AppEvidence& proof = command.proof;
  if (proof.bound_position != phone->position || proof.sequence != phone->sequence + 1 || !proof.device_signed) {
    return refuse(Refusal::CredentialsRejected);
  }
  if (!proof.pin_signed) return reject_pin(command, *phone, context);
  LoginCompleted completed;
  completed.session = command.session;
  completed.amr = {Amr::HardwareKey, Amr::Pin};
  completed.app_device = phone->id;
  Events events{Subject::of(command.account), command.account, context.command};
  return std::move(events).accept(
      LoginDone{complete(command.account, state, std::move(completed), command.caller, context, events), std::nullopt,
                state.recovery ? state.recovery->left() : 0});
}

}  // namespace tweestap::domain
