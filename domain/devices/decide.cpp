#include <algorithm>

#include "domain/devices/devices.h"

namespace tweestap::domain {
namespace {

Time end_after(const Device& device, Remember duration) {
  return std::min(device.until, device.remembered_at + hours(hours_of(duration)));
}

}  // namespace

const Device* live_device(const AccountState& state, const DeviceId& device, Time now) {
  const auto found = std::ranges::find(state.devices, device, &Device::id);
  return found == state.devices.end() || found->is_over(now) ? nullptr : std::to_address(found);
}

DeviceStanding standing_of(const AccountState& state, const std::optional<PresentedDevice>& presented,
                           const Rules& rules, Time now) {
  if (!presented || !state.two_step) return DeviceStanding::Unknown;
  const Device* device = live_device(state, presented->device, now);
  if (device == nullptr) return DeviceStanding::Unknown;
  if (presented->generation == device->generation) return DeviceStanding::LetsIn;
  // The last one again: `spent` says that none of its successors was used yet.
  const bool again = device->spent == presented->token && now < device->rotated_at + rules.device_retry_within;
  return again ? DeviceStanding::LetsIn : DeviceStanding::Stale;
}

Remember remember_of(const AccountState& state, const PolicyState& policy, const Rules& rules) {
  const Remember wanted = state.remember.value_or(rules.remember_default);
  Remember longest = Remember::Never;
  for (const Remember allowed : policy.remember_durations.values()) {
    const bool fits = hours_of(allowed) <= hours_of(wanted);
    if (fits && hours_of(allowed) > hours_of(longest)) longest = allowed;
  }
  return longest;
}

bool is_own(const Device& device, const Session& session) {
  return session.device == device.id || session.id == device.session;
}

bool reject_password_of_device(const Device& device, const Caller& caller, const Context& context, Events& events) {
  const std::uint32_t failures = device.failures + 1;
  events.add(PasswordRejected{.listener = caller.listener,
                              .reason = PasswordReason::Wrong,
                              .identifier_hash = std::nullopt,
                              .session = std::nullopt,
                              .network = caller.network,
                              .agent = caller.agent,
                              .device = device.id,
                              .device_failures = failures});
  if (failures < context.rules.device_failures) return false;
  events.add(DeviceForgotten{device.id, ForgottenBy::Service, EndReason::WrongPasswords});
  return true;
}

Time use_device(const Device& device, const PresentedDevice& presented, Events& events) {
  events.add(DeviceUsed{device.id, presented.token, presented.next});
  return device.until;
}

void suspect_theft(const PresentedDevice& presented, const Caller& caller, Events& events) {
  events.add(DeviceTheftSuspected{presented.device, presented.token, caller.network, caller.agent});
  events.add(DeviceForgotten{presented.device, ForgottenBy::Service, EndReason::Theft});
}

std::optional<Time> remember_device(const AccountState& state, const NewDevice& device, const SessionId& session,
                                    const Caller& caller, const Context& context, Events& events) {
  if (caller.listener != Listener::Public) return std::nullopt;  // rule ADM-2
  const Remember duration = remember_of(state, context.policy, context.rules);
  if (duration == Remember::Never) return std::nullopt;
  std::vector<const Device*> live;
  for (const Device& one : state.devices) {
    if (!one.is_over(context.now)) live.push_back(&one);
  }
  if (live.size() >= kDevicesMax) {
    events.add(DeviceForgotten{live.front()->id, ForgottenBy::Service, EndReason::Limit});
  }
  const Time until = context.now + hours(hours_of(duration));
  events.add(DeviceRemembered{device.device, session, device.token, until, caller.agent, device.name});
  return until;
}

Decision decide(const AccountState& state, const ChangeRemember& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (!context.policy.remember_durations.has(command.duration)) return refuse(Refusal::DurationNotAllowed);
  const bool longer = hours_of(command.duration) > hours_of(remember_of(state, context.policy, context.rules));
  if (longer && !is_fresh(state, *session, context.rules, context.now)) return refuse(Refusal::StepUpNeeded);
  Events events{Subject::of(command.account), command.account, context.command};
  RememberAnswer answer{command.duration};
  if (state.remember != command.duration) {
    events.add(RememberDurationChanged{command.duration});
    for (const Device& device : state.devices) {
      if (device.is_over(context.now) || context.now < end_after(device, command.duration)) continue;
      events.add(DeviceForgotten{device.id, ForgottenBy::Owner, EndReason::RememberChanged});
      answer.forgets_current = answer.forgets_current || is_own(device, *session);
    }
  }
  return std::move(events).accept(answer);
}

Decision decide(const AccountState& state, const ForgetDevice& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (command.device && live_device(state, *command.device, context.now) == nullptr) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), command.account, context.command};
  RememberAnswer answer{remember_of(state, context.policy, context.rules)};
  for (const Device& device : state.devices) {
    if (device.is_over(context.now) || (command.device && device.id != *command.device)) continue;
    events.add(DeviceForgotten{device.id, ForgottenBy::Owner, EndReason::Forgotten});
    answer.forgets_current = answer.forgets_current || is_own(device, *session);
  }
  return std::move(events).accept(answer);
}

}  // namespace tweestap::domain
