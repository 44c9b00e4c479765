#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/failure.h"
#include "platform/settings/description.h"
#include "platform/settings/settings.h"

namespace tweestap::platform {

/// Where values come from; the later wins.
struct SettingSources {
  /// `tweestap.toml`. One that is named has to be there.
  std::optional<std::filesystem::path> file;
  /// The environment, as name and value; only names that begin with `TWEESTAP_` are looked at.
  std::vector<std::pair<std::string, std::string>> environment;

  /// A flag of the command line: `{"storage.data", "--data", "./here"}`.
  struct Flag {
    std::string setting;
    std::string flag;
    std::string value;
  };
  std::vector<Flag> flags;
};

/// This process's environment, for `SettingSources::environment`.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> process_environment();

/// One setting as it stands, for whoever prints it. Durations and sizes are in the text form that is also read; a
/// secret is "***", or "" where it is not set; what else is masked says Masking.
struct SettingRow {
  std::string_view name;
  SettingType type = SettingType::Text;
  std::variant<std::int64_t, bool, std::string, std::vector<std::string>> value;
  std::string source;  ///< `default`, `file:PATH`, `env:NAME`, `flag:--data`
  std::string_view meaning;
  bool masked = false;  ///< it is not the value: read back it would be another one, or none
};

struct EffectiveSettings {
  Settings values;
  std::vector<std::string> sources;  ///< in the order of `setting_descriptions()`

  [[nodiscard]] std::vector<SettingRow> rows() const;
  /// Where a setting came from; a name that is none is a bug.
  [[nodiscard]] std::string_view source_of(std::string_view name) const;
};

/// Reads, checks and joins the sources. Invalid, with one sentence for the operator, where a setting is unknown (it
/// names a near known one), has the wrong type or lies outside its bounds. TWEESTAP_API_KEY and TWEESTAP_URL are
/// the command line's own.
[[nodiscard]] std::expected<EffectiveSettings, Failure> load_settings(const SettingSources& sources);

/// `tweestap.toml` text that gives the same settings, each with its source as a comment; secrets masked.
[[nodiscard]] std::string settings_as_toml(const EffectiveSettings& settings);

/// docs/reference/settings.md: every setting with type, default, bounds and meaning.
[[nodiscard]] std::string settings_reference();

}  // namespace tweestap::platform
