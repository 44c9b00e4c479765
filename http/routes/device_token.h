#pragma once
// The token of a remembered device, as a login brings it: in the body, or as a cookie.
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "domain/devices/devices.h"
#include "http/json_body.h"
#include "http/request.h"
#include "http/routes/answers.h"
#include "http/services.h"
#include "platform/failure.h"

namespace tweestap::http {

/// A device token of the account that came along, and the one that follows it if it lets in.
struct DeviceToken {
  domain::PresentedDevice presented;
  SharedToken next;
};

/// What `device_token` of the body, otherwise the device's cookie, is known as. Nothing where none came along, on the
/// staff listener, and where it is no token of this account: then the login goes on as if none had come (DEV-1).
/// `account` is absent where nobody has the identifier; the same is read then. Any thread.
[[nodiscard]] std::expected<std::optional<DeviceToken>, platform::Failure> device_token_of(
    const Services& services, const Request& request, const Body& body,
    const std::optional<domain::AccountId>& account);

/// What the owner sees a device called: browser and system as its User-Agent says them, such as `Firefox on Windows`.
/// Nothing where it says neither. Never anything that was sent, so it needs no bound of its own.
[[nodiscard]] std::optional<std::string> device_name(std::string_view user_agent);

}  // namespace tweestap::http
