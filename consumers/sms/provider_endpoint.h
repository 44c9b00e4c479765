#pragma once
// What both providers' gateways take from the settings.
#include <expected>
#include <string>

#include "consumers/http_client.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::sms {

/// Limits and certificates of the settings, for this URL.
[[nodiscard]] Endpoint provider_endpoint(const platform::SmsGatewaySettings& settings, std::string url);

/// Invalid where sender or secret could not stand in a header: they have to be printable ASCII.
[[nodiscard]] std::expected<void, platform::Failure> check_credentials(const platform::SmsGatewaySettings& settings);

}  // namespace tweestap::consumers::sms
