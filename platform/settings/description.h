#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/settings/settings.h"

namespace tweestap::platform {

enum class SettingType {
  Integer,
  Duration,  ///< "12h", "15m", "30s", "7d", or whole seconds
  Size,      ///< "512MiB", "64KiB", "1GiB", or whole bytes
  Boolean,
  Text,
  List,    ///< a TOML array; in the environment and in flags `a, b`, with neither brackets nor quotes
  Table,   ///< a TOML table, or a list of NAME=VALUE
  Secret,  ///< text that is never shown; `<name>_file` names a file that holds it
};

/// What of a value that is no secret itself may be one all the same, and is printed as `***`.
enum class Masking {
  None,
  HeaderValues,  ///< `Name: value`, all but Content-Type and Accept: a key may stand in any other
  TableValues,   ///< `NAME=VALUE`, all of them: whoever is given the table knows which are secret, and we do not
  UrlUser,       ///< user and password of a URL; the checks refuse them, but printing comes before the checks
};

/// One setting, described once: `--help`, `config print`, docs/reference/settings.md and the checks grow from it.
struct SettingDescription {
  using Member = std::variant<std::int64_t Settings::*, bool Settings::*, std::string Settings::*,
                              std::vector<std::string> Settings::*, Secret Settings::*>;

  std::string_view name;  ///< `section.name`
  SettingType type = SettingType::Text;
  Member member;
  std::int64_t least = 0;  ///< of numbers; of texts and lists the most bytes or entries is `most`
  std::int64_t most = 0;
  std::vector<std::string_view> choices;  ///< of texts; empty: any
  std::string_view meaning;               ///< one sentence
  Masking masking = Masking::None;
};

/// All of them, in the order in which they are printed.
[[nodiscard]] std::span<const SettingDescription> setting_descriptions();

/// `TWEESTAP_STORAGE_RESERVE` for `storage.reserve`.
[[nodiscard]] std::string environment_name(std::string_view setting_name);

}  // namespace tweestap::platform
