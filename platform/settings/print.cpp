#include <algorithm>
#include <utility>

#include "platform/bug.h"
#include "platform/settings/assign.h"
#include "platform/settings/load.h"
#include "platform/settings/quantity.h"

namespace tweestap::platform {
namespace {

using RowValue = decltype(SettingRow::value);

constexpr std::string_view kMask = "***";

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
    RowValue operator()(Secret Settings::*member) const { return std::string((settings.*member).empty() ? "" : kMask); }
  };
  return std::visit(Show{description, settings}, description.member);
}

bool is_name(std::string_view header, std::string_view lower_case_name) {
  return std::ranges::equal(header, lower_case_name, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

// A line without a colon is no header and might be nothing but a key.
std::string mask_header(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return std::string{kMask};
  const std::string_view name = std::string_view{line}.substr(0, colon);
  if (is_name(name, "content-type") || is_name(name, "accept")) return line;
  return std::string{name}.append(": ").append(kMask);
}

// RFC 3986, 3.2.1: before the last @ of the authority, which ends at the first of "/?#".
std::string mask_url_user(const std::string& url) {
  const std::size_t slashes = url.find("//");
  const std::size_t begin = slashes == std::string::npos ? 0 : slashes + 2;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = std::string_view{url}.substr(0, end).rfind('@');
  if (at == std::string::npos || at < begin) return url;
  return url.substr(0, begin).append(kMask).append(url, at);
}

RowValue masked(const SettingDescription& description, RowValue value) {
  switch (description.masking) {
    case Masking::None:
      return value;
    case Masking::HeaderValues:
      if (auto* lines = std::get_if<std::vector<std::string>>(&value))
        std::ranges::transform(*lines, lines->begin(), mask_header);
      return value;
    case Masking::TableValues:
      if (auto* entries = std::get_if<std::vector<std::string>>(&value)) {
        for (std::string& entry : *entries) entry.erase(entry.find('=') + 1).append(kMask);
      }
      return value;
    case Masking::UrlUser:
      if (auto* url = std::get_if<std::string>(&value)) *url = mask_url_user(*url);
      return value;
  }
  bug("a setting is masked somehow");
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
    const RowValue plain = shown(description, values);
    RowValue value = masked(description, plain);
    const bool hidden = description.type == SettingType::Secret || value != plain;
    rows.push_back({description.name, description.type, std::move(value), sources[i], description.meaning, hidden});
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
    // An empty secret, and whatever is masked, is a comment: read back, it would be a value.
    if (row.masked) text += "# ";
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
