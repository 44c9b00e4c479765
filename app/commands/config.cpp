#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/check_settings.h"
#include "app/command_line.h"
#include "platform/clock.h"

namespace tweestap::app {
namespace {

nlohmann::ordered_json as_json(const platform::EffectiveSettings& settings) {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (const platform::SettingRow& row : settings.rows()) {
    nlohmann::ordered_json one;
    std::visit([&one](const auto& value) { one["value"] = value; }, row.value);
    one["source"] = row.source;
    all[std::string{row.name}] = std::move(one);
  }
  return all;
}

ExitStatus run_check(const CommandLine& line) {
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const platform::SystemClock clock;
  const auto checked = check_settings(settings->values, clock);
  if (!checked) return fail(ExitStatus::WrongUse, checked.error());
  std::cout << (line.flags().json ? "{\"good\":true}" : "the configuration is good") << "\n";
  return ExitStatus::Done;
}

ExitStatus run_print(const CommandLine& line) {
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  if (line.flags().json) {
    std::cout << as_json(*settings).dump(2) << "\n";
  } else {
    std::cout << platform::settings_as_toml(*settings);
  }
  return ExitStatus::Done;
}

}  // namespace

void add_config(CommandLine& line) {
  const Command group = line.group("config", "look at the settings");
  line.add(group, "check", "say whether the settings are good", Reach::Anywhere, [&line] { return run_check(line); });
  line.add(group, "print", "print every setting with its value and where it came from", Reach::Anywhere,
           [&line] { return run_print(line); });
}

}  // namespace tweestap::app
