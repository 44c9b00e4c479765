#include "domain/evolve.h"

#include <algorithm>

namespace tweestap::domain {

void evolve(AccountState& state, const RememberDurationChanged& event, const At&) {
  state.remember = event.duration;
  for (Device& device : state.devices) {
    device.until = std::min(device.until, device.remembered_at + hours(hours_of(event.duration)));
  }
}

void evolve(AccountState& state, const DeviceRemembered& event, const At& at) {
  std::erase_if(state.devices, [&](const Device& one) { return one.is_over(at.time); });
  state.devices.push_back({.id = event.device,
                           .position = at.position,
                           .generation = 0,
                           .spent = std::nullopt,
                           .rotated_at = at.time,
                           .session = event.session,
                           .failures = 0,
                           .remembered_at = at.time,
                           .last_used_at = at.time,
                           .until = event.until});
}

void evolve(AccountState& state, const DeviceUsed& event, const At& at) {
  for (Device& device : state.devices) {
    if (device.id != event.device) continue;
    device.failures = 0;
    device.last_used_at = at.time;
    if (device.spent != event.used) {
      device.spent = event.used;
      ++device.generation;
      device.rotated_at = at.time;
    }
  }
}

void evolve(AccountState& state, const DeviceForgotten& event, const At&) { forget_device(state, event.device); }

void evolve(AccountState& state, const DeviceTheftSuspected& event, const At&) {
  const auto found = std::ranges::find(state.devices, event.device, &Device::id);
  const std::optional<SessionId> first = found == state.devices.end() ? std::nullopt : std::optional{found->session};
  std::erase_if(state.sessions, [&](const Session& one) { return one.device == event.device || one.id == first; });
  forget_device(state, event.device);
}

}  // namespace tweestap::domain
