#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/settings/description.h"

namespace tweestap::platform {

/// A value as a source has it: TOML knows types, environment and flags only text.
using RawSetting = std::variant<std::int64_t, bool, std::string, std::vector<std::string>>;

/// Puts a raw value into its setting, or says in words what is wrong with it (without the value of a secret). `typed`
/// is whether the source knows types: then a text is no number.
[[nodiscard]] std::expected<void, std::string> assign_setting(const SettingDescription& description, RawSetting raw,
                                                              bool typed, Settings& settings);

/// "a whole number from 1 to 10", "a duration from 1m to 1h": for errors and the reference.
[[nodiscard]] std::string setting_bounds(const SettingDescription& description);

}  // namespace tweestap::platform
