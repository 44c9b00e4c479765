#pragma once
// What the service noticed in its own log.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

/// What is looked for. What each means, and what it counts, stands in consumers/detection/rules.cpp.
enum class AlertRule : std::uint8_t {
  CredentialStuffing,
  PasswordSpraying,
  SmsPumping,
  MfaFatigue,
  DeviceTheft,
  ImpossibleReset,
  ManyResets,
};
template <>
inline constexpr auto kNames<AlertRule> = std::to_array<std::string_view>({"credential_stuffing", "password_spraying",
                                                                           "sms_pumping", "mfa_fatigue", "device_theft",
                                                                           "impossible_reset", "many_resets"});

// In the service's stream also where it is about one account. That account's own stream is what its session is shown as
// history, and whoever has stolen the session would read that he was noticed. So all alerts are in one stream, in their
// order, for whoever watches.
struct AlertRaised {
  static constexpr EventInfo kInfo{
      1401, "alert.raised", 1,
      "Events look like an attack: of one network, account or key, or of everybody together. At most once for each of "
      "these in a period of the clock, which is as long as the rule's window."};
  AlertRule rule{};
  std::optional<AccountId> account;
  std::optional<ApiKeyId> api_key;
  std::optional<Pseudonym> network;
  std::uint32_t count = 0;
  std::uint32_t threshold = 0;
  std::int64_t window_seconds = 0;
  Time since;
  Time until;
  std::uint64_t about = 0;

  static constexpr auto fields() {
    return std::tuple{
        field("rule", &AlertRaised::rule, Exposure::Public, "what it looks like"),
        field("account", &AlertRaised::account, Exposure::Public,
              "whose account it is about; of many_resets the member of staff"),
        field("apikey", &AlertRaised::api_key, Exposure::Public, "of many_resets: the key that asked for them"),
        field("network", &AlertRaised::network, Exposure::Public, "pseudonym of the network that it is about"),
        field("count", &AlertRaised::count, Exposure::Public,
              "how many accounts, numbers, codes, devices or signs, as the rule counts"),
        field("threshold", &AlertRaised::threshold, Exposure::Public, "from how many on, as it was set"),
        field("windowseconds", &AlertRaised::window_seconds, Exposure::Public, "within how long, as it was set"),
        field("since", &AlertRaised::since, Exposure::Public, "time of the oldest event that is counted"),
        field("until", &AlertRaised::until, Exposure::Public, "time of the newest, which raised it"),
        field("about", &AlertRaised::about, Exposure::Public, "position of that one"),
    };
  }
};

}  // namespace tweestap::domain
