#pragma once
// What the settings have to be beyond their types and bounds, said once for `serve` and `config check`.
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "consumers/sms/gateway.h"
#include "http/client_address.h"
#include "http/pages/organisation.h"
#include "platform/blocklist.h"
#include "platform/clock.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::app {

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:0`.
struct ListeningAddress {
  std::string host;
  std::uint16_t port = 0;
};

/// The settings as the service takes them.
struct CheckedSettings {
  ListeningAddress people;
  ListeningAddress staff;
  http::ForwardingRule forwarding;
  platform::Blocklist blocklist;
  std::unique_ptr<consumers::sms::Gateway> gateway;  ///< null where SMS is off
  http::Organisation organisation;
};

/// Reads what the settings name, and opens no socket and makes no file. Invalid or Unavailable, with a sentence that
/// names the setting, where a service could not run with them. The clock has to outlive the gateway.
[[nodiscard]] std::expected<CheckedSettings, platform::Failure> check_settings(const platform::Settings& settings,
                                                                               const platform::Clock& clock);

}  // namespace tweestap::app
