#include "consumers/detection/rules.h"

#include <algorithm>

namespace tweestap::consumers::detection {
namespace {

using domain::AlertRule;
using S = platform::Settings;

constexpr std::array<RuleInfo, kRuleCount> kRules{{
    {AlertRule::CredentialStuffing, "One network tries the passwords of many accounts and does not get in.", "accounts",
     &S::detection_stuffing_accounts, &S::detection_stuffing_window_s},
    {AlertRule::PasswordSpraying,
     "The passwords of many accounts are tried, from whatever network, and nobody gets in.", "accounts",
     &S::detection_spraying_accounts, &S::detection_spraying_window_s},
    {AlertRule::SmsPumping, "One network asks for codes by SMS to many numbers, and nobody enters them.", "numbers",
     &S::detection_pumping_numbers, &S::detection_pumping_window_s},
    {AlertRule::MfaFatigue,
     "Somebody who knows the password of an account asks for code after code, and none is entered.", "codes",
     &S::detection_fatigue_codes, &S::detection_fatigue_window_s},
    {AlertRule::DeviceTheft, "Two have the token of a remembered device.", "devices", &S::detection_theft_devices,
     &S::detection_theft_window_s},
    {AlertRule::ImpossibleReset, "Staff were asked to reset the second step of somebody who still passes it.", "signs",
     nullptr, &S::detection_impossible_reset_window_s},
    {AlertRule::ManyResets, "One member of staff or one key asks for the resets of many accounts.", "accounts",
     &S::detection_resets_accounts, &S::detection_resets_window_s},
}};

consteval bool stand_in_their_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) return false;
  }
  return true;
}
static_assert(stand_in_their_order());

}  // namespace

const std::array<RuleInfo, kRuleCount>& rules() { return kRules; }

const RuleInfo& info_of(AlertRule rule) { return kRules[static_cast<std::size_t>(rule)]; }

domain::Duration Thresholds::memory() const {
  domain::Duration longest;
  for (const Threshold& one : of) {
    if (one.count != 0) longest = std::max(longest, one.window);
  }
  return {2 * longest.us};
}

Thresholds thresholds_of(const platform::Settings& settings) {
  constexpr std::uint32_t kAThingAndWhatCannotBeAfterIt = 2;
  Thresholds thresholds;
  for (const RuleInfo& info : kRules) {
    Threshold& threshold = thresholds[info.rule];
    const std::int64_t window_s = settings.*info.window;
    threshold.window = domain::seconds(window_s);
    if (window_s == 0) continue;  // a rule without a count is off by its window
    threshold.count =
        info.count == nullptr ? kAThingAndWhatCannotBeAfterIt : static_cast<std::uint32_t>(settings.*info.count);
  }
  return thresholds;
}

Whose whose(const domain::AlertRaised& alert) { return {alert.rule, alert.account, alert.api_key, alert.network}; }

std::string whom(const domain::AlertRaised& alert) {
  if (alert.network) return "network " + alert.network->text();
  if (alert.account) return "account " + alert.account->text();
  if (alert.api_key) return "key " + alert.api_key->text();
  return "everybody";
}

}  // namespace tweestap::consumers::detection
