#pragma once
// The phone app: a phone is bound from a session, and then logs in by itself with a PIN (rule APP-1).
#include <cstdint>
#include <optional>
#include <string>

#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/evidence.h"
#include "domain/sessions/sessions.h"

namespace tweestap::domain {

/// Binds a phone. `proved`: both of its keys signed a live challenge of this session.
struct BindAppDevice {
  AccountId account;
  SessionRef session;
  Caller caller;
  AppDeviceId app_device;  // drawn by the caller
  std::string name;        // personal
  SecretText keys;
  bool proved = false;
  std::optional<PasswordEvidence> password;
};
struct UnbindAppDevice {
  AccountId account;
  SessionRef session;
  AppDeviceId app_device;
};

/// What a phone's signatures are worth, over a live challenge for that sequence number, against the keys in the event
/// at `bound_position`.
struct AppEvidence {
  std::uint64_t bound_position = 0;
  std::uint64_t sequence = 0;
  bool device_signed = false;
  bool pin_signed = false;
};
struct LogInWithApp {
  AccountId account;
  AppDeviceId app_device;
  Caller caller;
  SessionId session;  // drawn by the caller
  AppEvidence proof;
};

/// The phone, unless it was unbound.
[[nodiscard]] const AppDevice* bound_phone(const AccountState& state, const AppDeviceId& app_device);

[[nodiscard]] Decision decide(const AccountState& state, const BindAppDevice& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const UnbindAppDevice& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const LogInWithApp& command, const Context& context);

}  // namespace tweestap::domain
