#pragma once
// What happens to a device that may skip the second step for a while.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct RememberDurationChanged {
  static constexpr EventInfo kInfo{
      1001, "remember_duration.changed", 1,
      "The person chose how long a device may be remembered; devices remembered before end no later than that."};
  Remember duration{};

  static constexpr auto fields() {
    return std::tuple{field("duration", &RememberDurationChanged::duration, Exposure::Public, "from now on")};
  }
};

struct DeviceRemembered {
  static constexpr EventInfo kInfo{1002, "device.remembered", 1,
                                   "This device may skip the second step until then, never the password."};
  DeviceId device;
  SessionId session;
  TokenId token;
  Time until;
  std::optional<Pseudonym> agent;
  std::optional<std::string> name;

  static constexpr auto fields() {
    return std::tuple{
        field("device", &DeviceRemembered::device, Exposure::Public, "which device"),
        field("session", &DeviceRemembered::session, Exposure::Public, "the session at whose login it was asked for"),
        field("token", &DeviceRemembered::token, Exposure::Public, "its first token, as a hash"),
        field("until", &DeviceRemembered::until, Exposure::Public, "when that is over"),
        field("agent", &DeviceRemembered::agent, Exposure::Public, "pseudonym of the caller's user agent"),
        field("name", &DeviceRemembered::name, Exposure::Personal, "what the user agent says of it", kDeviceNameMax),
    };
  }
};

struct DeviceUsed {
  static constexpr EventInfo kInfo{1003, "device.used", 1, "A remembered device stood for the second step."};
  DeviceId device;
  TokenId used;
  TokenId token;

  static constexpr auto fields() {
    return std::tuple{
        field("device", &DeviceUsed::device, Exposure::Public, "which device"),
        field("used", &DeviceUsed::used, Exposure::Public, "the token that it brought, as a hash"),
        field("token", &DeviceUsed::token, Exposure::Public, "the token that it was given, as a hash"),
    };
  }
};

/// Who made a device forgotten.
enum class ForgottenBy : std::uint8_t { Owner, Service };
template <>
inline constexpr auto kNames<ForgottenBy> = std::to_array<std::string_view>({"owner", "service"});

struct DeviceForgotten {
  static constexpr EventInfo kInfo{1004, "device.forgotten", 1, "This device no longer skips the second step."};
  DeviceId device;
  ForgottenBy by{};
  EndReason why{};

  static constexpr auto fields() {
    return std::tuple{
        field("device", &DeviceForgotten::device, Exposure::Public, "which device"),
        field("by", &DeviceForgotten::by, Exposure::Public, "its owner, or the service by a rule"),
        field("why", &DeviceForgotten::why, Exposure::Public,
              "forgotten, remember_changed, limit, wrong_passwords or theft"),
    };
  }
};

struct DeviceTheftSuspected {
  static constexpr EventInfo kInfo{1005, "device.theft_suspected", 1,
                                   "A token of a device came back after a newer one: two have it. The device is "
                                   "forgotten and its sessions ended."};
  DeviceId device;
  TokenId token;
  std::optional<Pseudonym> network;
  std::optional<Pseudonym> agent;

  static constexpr auto fields() {
    return std::tuple{
        field("device", &DeviceTheftSuspected::device, Exposure::Public, "which device"),
        field("token", &DeviceTheftSuspected::token, Exposure::Public, "the token that came back, as a hash"),
        field("network", &DeviceTheftSuspected::network, Exposure::Public, "pseudonym of the caller's network"),
        field("agent", &DeviceTheftSuspected::agent, Exposure::Public, "pseudonym of the caller's user agent"),
    };
  }
};

}  // namespace tweestap::domain
