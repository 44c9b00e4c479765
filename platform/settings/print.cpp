#include <algorithm>

#include "platform/bug.h"
#include "platform/settings/assign.h"
#include "platform/settings/load.h"
#include "platform/settings/quantity.h"

namespace tweestap::platform {
namespace {

using RowValue = decltype(SettingRow::value);

RowValue shown(const SettingDescription& description, const Settings& settings) {
  struct Show {
    const SettingDescription& description;
    const Settings& settings;

    RowValue operator()(std::int64_t Settings::*member) const {
      if (description.type == SettingType::Duration) return format_duration_s(settings.*member);
      if (description.type == SettingType::Size) return format_size_bytes(settings.*member);
      return settings.*member;
    }
    RowValue operator()(bool Settings::*member) const { return settings.*member; }
    RowValue operator()(std::string Settings::*member) const { return settings.*member; }
    RowValue operator()(std::vector<std::string> Settings::*member) const { return settings.*member; }
    RowValue operator()(Secret Settings::*member) const { return std::string((settings.*member).empty() ? "" : "***"); }
  };
  return std::visit(Show{description, settings}, description.member);
}

// A TOML basic string. Control characters never get into a setting.
std::string toml_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result += '"';
}

std::string toml_value(const RowValue& value) {
  struct Write {
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(bool yes) const { return yes ? "true" : "false"; }
    std::string operator()(const std::string& text) const { return toml_text(text); }
    std::string operator()(const std::vector<std::string>& entries) const {
      std::string list = "[";
      for (const auto& entry : entries) list += (list.size() > 1 ? ", " : "") + toml_text(entry);
      return list += ']';
    }
  };
  return std::visit(Write{}, value);
}

std::string_view section_of(std::string_view name) { return name.substr(0, name.find('.')); }

}  // namespace

std::vector<SettingRow> EffectiveSettings::rows() const {
  std::vector<SettingRow> rows;
  const auto descriptions = setting_descriptions();
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    const auto& description = descriptions[i];
    rows.push_back({description.name, description.type, shown(description, values), sources[i], description.meaning});
  }
  return rows;
}

std::string_view EffectiveSettings::source_of(std::string_view name) const {
  const auto descriptions = setting_descriptions();
  const auto found = std::ranges::find(descriptions, name, &SettingDescription::name);
  if (found == descriptions.end()) bug("there is no such setting");
  return sources[static_cast<std::size_t>(found - descriptions.begin())];
}

std::string settings_as_toml(const EffectiveSettings& settings) {
  std::string text;
  std::string_view section;
  for (const SettingRow& row : settings.rows()) {
    if (section_of(row.name) != section) {
      section = section_of(row.name);
      text.append(text.empty() ? "[" : "\n[").append(section).append("]\n");
    }
    // An empty or masked secret is a comment: read back, it would be a value.
    if (row.type == SettingType::Secret) text += "# ";
    text.append(row.name.substr(section.size() + 1)).append(" = ").append(toml_value(row.value));
    text.append("  # ").append(row.source).append("\n");
  }
  return text;
}

std::string settings_reference() {
  const Settings defaults;
  std::string text =
      "# Settings\n\n"
      "Made from the descriptions in the program: `tweestap config print` shows what is in effect and where it came "
      "from.\n\n"
      "| setting | environment | default | has to be | meaning |\n| --- | --- | --- | --- | --- |\n";
  for (const SettingDescription& description : setting_descriptions()) {
    const bool secret = description.type == SettingType::Secret;
    text.append("| `").append(description.name).append("`");
    if (secret) text.append(", `").append(description.name).append("_file`");
    text.append(" | `").append(environment_name(description.name)).append("`");
    if (secret) text.append(", `").append(environment_name(description.name)).append("_FILE`");
    const std::string value = secret ? "" : toml_value(shown(description, defaults));
    text.append(" | ").append(secret ? "not set" : "`" + value + "`");
    text.append(" | ").append(setting_bounds(description)).append(" | ").append(description.meaning).append(" |\n");
  }
  return text;
}

}  // namespace tweestap::platform
