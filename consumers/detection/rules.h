#pragma once
// What is looked for, and from how much on.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "domain/alert/events.h"
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/time.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::detection {

inline constexpr std::size_t kRuleCount = domain::kNames<domain::AlertRule>.size();

/// A rule, described once: the thresholds, the command line and what an operator reads grow from it. Which events it
/// folds is in detector.cpp.
struct RuleInfo {
  domain::AlertRule rule{};
  std::string_view meaning;                  ///< one sentence for a person
  std::string_view counted;                  ///< what its count is of: "accounts"
  std::int64_t platform::Settings::*count;   ///< from how many on; null: two, a thing and what cannot be after it
  std::int64_t platform::Settings::*window;  ///< seconds
};

/// All of them, in the order of domain::AlertRule.
[[nodiscard]] const std::array<RuleInfo, kRuleCount>& rules();
[[nodiscard]] const RuleInfo& info_of(domain::AlertRule rule);

/// From how many on within how long.
struct Threshold {
  std::uint32_t count = 0;  ///< 0: never
  domain::Duration window;
  /// Which of the clock's periods a moment is in: they are as long as the window and begin at the multiples of it since
  /// 1970, UTC, so that each start of the program sees the same ones. 0 where there is no window.
  [[nodiscard]] std::int64_t period(domain::Time at) const { return window.us > 0 ? at.us / window.us : 0; }
  friend bool operator==(const Threshold&, const Threshold&) = default;
};

struct Thresholds {
  std::array<Threshold, kRuleCount> of{};

  [[nodiscard]] Threshold& operator[](domain::AlertRule rule) { return of[static_cast<std::size_t>(rule)]; }
  [[nodiscard]] const Threshold& operator[](domain::AlertRule rule) const { return of[static_cast<std::size_t>(rule)]; }
  /// How far back a detector has to begin so that from there on it raises what one does that saw everything: a window
  /// for what is counted, and one for whether the alert of this period was raised.
  [[nodiscard]] domain::Duration memory() const;
};

[[nodiscard]] Thresholds thresholds_of(const platform::Settings& settings);

/// What an alert says of whom: the rule, and the account, key or network that it is about; none of them is everybody.
/// Two alerts with the same one are of one attack that goes on, or of a later one.
using Whose = std::tuple<domain::AlertRule, std::optional<domain::AccountId>, std::optional<domain::ApiKeyId>,
                         std::optional<domain::Pseudonym>>;
[[nodiscard]] Whose whose(const domain::AlertRaised& alert);

/// Whom an alert is about, in words: `network 2026-03-…`, `account acc_…`, `key apk_…`, `everybody`.
[[nodiscard]] std::string whom(const domain::AlertRaised& alert);

}  // namespace tweestap::consumers::detection
