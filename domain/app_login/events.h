#pragma once
// What happens to a phone that logs in with a PIN.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct AppDeviceBound {
  static constexpr EventInfo kInfo{1201, "app_device.bound", 1, "A phone may log in with a PIN."};
  AppDeviceId app_device;
  SessionId session;
  std::string name;
  SecretText keys;

  static constexpr auto fields() {
    return std::tuple{
        field("appdevice", &AppDeviceBound::app_device, Exposure::Public, "which phone"),
        field("session", &AppDeviceBound::session, Exposure::Public, "the session that bound it"),
        field("name", &AppDeviceBound::name, Exposure::Personal, "what the person calls it", kDeviceNameMax),
        field("keys", &AppDeviceBound::keys, Exposure::Secret,
              "its two public keys, so that nobody who reads the log can try PINs against one", kAppKeysMax),
    };
  }
};

struct AppPinRejected {
  static constexpr EventInfo kInfo{1202, "app_device.pin_rejected", 1,
                                   "The phone proved itself and the PIN did not count."};
  AppDeviceId app_device;
  std::uint32_t failures = 0;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;

  static constexpr auto fields() {
    return std::tuple{
        field("appdevice", &AppPinRejected::app_device, Exposure::Public, "which phone"),
        field("failures", &AppPinRejected::failures, Exposure::Public, "wrong PINs in a row, with this one"),
        field("network", &AppPinRejected::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &AppPinRejected::agent, Exposure::Public, "pseudonym of the caller's user agent"),
    };
  }
};

struct AppDeviceLocked {
  static constexpr EventInfo kInfo{1203, "app_device.locked", 1,
                                   "So many wrong PINs in a row that the phone has to be bound again."};
  AppDeviceId app_device;

  static constexpr auto fields() {
    return std::tuple{field("appdevice", &AppDeviceLocked::app_device, Exposure::Public, "which phone")};
  }
};

struct AppDeviceUnbound {
  static constexpr EventInfo kInfo{1204, "app_device.unbound", 1, "A phone may no longer log in."};
  AppDeviceId app_device;
  EndReason why{};

  static constexpr auto fields() {
    return std::tuple{
        field("appdevice", &AppDeviceUnbound::app_device, Exposure::Public, "which phone"),
        field("why", &AppDeviceUnbound::why, Exposure::Public, "forgotten or limit"),
    };
  }
};

}  // namespace tweestap::domain
