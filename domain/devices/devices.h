#pragma once
// Remembered devices: which token stands for the second step, how long, and what ends it (rule DEV-1).
#include <cstdint>
#include <optional>
#include <string>

#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/sessions/sessions.h"

namespace tweestap::domain {

/// A device token that came with a password, and its successor. What it was handed out as never changes, so that this
/// is never stale; whether it still counts is the account's state to say.
struct PresentedDevice {
  DeviceId device;
  TokenId token;
  std::uint32_t generation = 0;  // of its tokens; Device::generation is the live one
  TokenId next;                  // drawn by the caller, handed out if the device lets in
};

/// A device to remember; drawn by the caller for the case that the code counts.
struct NewDevice {
  DeviceId device;
  TokenId token;
  std::optional<std::string> name;  // personal
};

/// How long devices are remembered from now on.
struct ChangeRemember {
  AccountId account;
  SessionRef session;
  Remember duration{};
};
struct ForgetDevice {
  AccountId account;
  SessionRef session;
  std::optional<DeviceId> device;  // absent: all
};

/// What a presented token is worth.
enum class DeviceStanding : std::uint8_t {
  Unknown,  // no device of this account, or one that is over: as if none had come along
  LetsIn,   // live, or the last one again while its successors may not have been heard
  Stale,    // an earlier one: somebody copied it (rule DEV-1)
};
[[nodiscard]] DeviceStanding standing_of(const AccountState& state, const std::optional<PresentedDevice>& presented,
                                         const Rules& rules, Time now);
/// The device, unless it is forgotten or over.
[[nodiscard]] const Device* live_device(const AccountState& state, const DeviceId& device, Time now);

/// How long a device is remembered for this account: what the person chose, or the organisation's default, and where
/// the policy does not allow that any more the longest allowed one that is not longer.
[[nodiscard]] Remember remember_of(const AccountState& state, const PolicyState& policy, const Rules& rules);

/// Whether this is the session's own device: it let the person in, or was remembered at that login.
[[nodiscard]] bool is_own(const Device& device, const Session& session);

/// A wrong password came with a token that lets in. It counts with the device and nowhere else (rule THR-2), and the
/// tenth in a row forgets it. Gives whether it was the tenth.
bool reject_password_of_device(const Device& device, const Caller& caller, const Context& context, Events& events);

/// The account's second step is skipped: adds device.used. Gives the end of what is handed out.
[[nodiscard]] Time use_device(const Device& device, const PresentedDevice& presented, Events& events);

/// Adds device.theft_suspected, and that the device is forgotten.
void suspect_theft(const PresentedDevice& presented, const Caller& caller, Events& events);

/// Remembers a device with the session of this login: adds it, and the oldest forgotten where there are too many. Gives
/// its end; nothing where devices are never remembered for this account, or on the staff listener.
[[nodiscard]] std::optional<Time> remember_device(const AccountState& state, const NewDevice& device,
                                                  const SessionId& session, const Caller& caller,
                                                  const Context& context, Events& events);

[[nodiscard]] Decision decide(const AccountState& state, const ChangeRemember& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const ForgetDevice& command, const Context& context);

}  // namespace tweestap::domain
