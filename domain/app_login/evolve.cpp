#include "domain/evolve.h"

#include <algorithm>

namespace tweestap::domain {
namespace {

AppDevice* find(AccountState& state, const AppDeviceId& id) {
  const auto found = std::ranges::find(state.app_devices, id, &AppDevice::id);
  return found == state.app_devices.end() ? nullptr : &*found;
}

}  // namespace

void evolve(AccountState& state, const AppDeviceBound& event, const At& at) {
  state.app_devices.push_back({event.app_device, at.position, 0, 0, false, at.time, std::nullopt});
}

void evolve(AccountState& state, const AppPinRejected& event, const At&) {
  if (AppDevice* phone = find(state, event.app_device)) phone->failures = event.failures;
}

void evolve(AccountState& state, const AppDeviceLocked& event, const At&) {
  if (AppDevice* phone = find(state, event.app_device)) phone->locked = true;
}

void evolve(AccountState& state, const AppDeviceUnbound& event, const At&) {
  std::erase_if(state.app_devices, [&](const AppDevice& one) { return one.id == event.app_device; });
}

}  // namespace tweestap::domain
