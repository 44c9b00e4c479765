// The table of rules against the settings that stand for it.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <variant>

#include "consumers/detection/rules.h"
#include "domain/describe.h"
#include "platform/settings/description.h"

namespace tweestap::consumers::detection {
namespace {

using Number = std::int64_t platform::Settings::*;

const platform::SettingDescription* description_of(Number member) {
  for (const platform::SettingDescription& one : platform::setting_descriptions()) {
    const auto* number = std::get_if<Number>(&one.member);
    if (number != nullptr && *number == member) return &one;
  }
  return nullptr;
}

TEST(DetectionRules, EachSettingNamesTheAlertThatItIsOf) {
  for (const RuleInfo& info : rules()) {
    for (const Number member : {info.count, info.window}) {
      if (member == nullptr) continue;
      const platform::SettingDescription* description = description_of(member);
      ASSERT_NE(description, nullptr) << domain::name_of(info.rule);
      EXPECT_TRUE(description->name.starts_with("detection."));
      EXPECT_TRUE(description->meaning.starts_with("Alert " + std::string{domain::name_of(info.rule)} + ": "))
          << description->name;
    }
  }
}

// A reader of the stream has the event's own page, and not this table.
TEST(DetectionRules, TheAlertsCountSaysWhateverARuleCounts) {
  std::string meaning;
  domain::for_each_field<domain::AlertRaised>([&](const auto& field) {
    if (field.name == "count") meaning = field.meaning;
  });
  for (const RuleInfo& info : rules()) {
    EXPECT_NE(meaning.find(info.counted), std::string::npos) << info.counted << ", and not in: " << meaning;
  }
}

TEST(DetectionRules, ThresholdsAreWhatTheSettingsSay) {
  platform::Settings settings;
  for (const RuleInfo& info : rules()) {
    const Threshold threshold = thresholds_of(settings)[info.rule];
    EXPECT_EQ(threshold.window, domain::seconds(settings.*info.window));
    EXPECT_EQ(threshold.count, info.count == nullptr ? 2 : settings.*info.count);
    EXPECT_GT(threshold.count, 0U) << "every rule is on by itself";
    settings.*(info.count == nullptr ? info.window : info.count) = 0;
    EXPECT_EQ(thresholds_of(settings)[info.rule].count, 0U) << domain::name_of(info.rule);
  }
}

TEST(DetectionRules, TheMemoryIsTwoOfTheLongestWindowThatIsOn) {
  Thresholds thresholds;
  EXPECT_EQ(thresholds.memory(), domain::Duration{});
  thresholds[domain::AlertRule::MfaFatigue] = {3, domain::minutes(10)};
  thresholds[domain::AlertRule::ManyResets] = {0, domain::minutes(30)};
  EXPECT_EQ(thresholds.memory(), domain::minutes(20));
}

TEST(DetectionRules, AnAlertSaysWhomItIsAbout) {
  domain::AlertRaised alert;
  EXPECT_EQ(whom(alert), "everybody");
  alert.api_key = domain::ApiKeyId{{1}};
  EXPECT_EQ(whom(alert), "key " + domain::ApiKeyId{{1}}.text());
  alert.api_key.reset();
  alert.account = domain::AccountId{{2}};
  EXPECT_EQ(whom(alert), "account " + domain::AccountId{{2}}.text());
  alert.account.reset();
  alert.network = domain::Pseudonym{2026, 3, {4}};
  EXPECT_EQ(whom(alert), "network 2026-03-04000000000000000000");
}

}  // namespace
}  // namespace tweestap::consumers::detection
