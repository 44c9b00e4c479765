#include "platform/settings/assign.h"

#include <algorithm>
#include <optional>

#include "platform/bug.h"
#include "platform/settings/quantity.h"
#include "platform/text/unicode.h"

namespace tweestap::platform {
namespace {

constexpr std::size_t kListEntryBytesMax = 256;
constexpr std::size_t kTableEntryBytesMax = 4096;  // a property of librdkafka may be a certificate's text

std::optional<std::int64_t> number_of(const SettingDescription& description, const RawSetting& raw, bool typed) {
  if (const auto* number = std::get_if<std::int64_t>(&raw)) return *number;
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr) return std::nullopt;
  switch (description.type) {
    case SettingType::Duration:
      return parse_duration_s(*text);
    case SettingType::Size:
      return parse_size_bytes(*text);
    case SettingType::Integer:
      return typed ? std::nullopt : parse_integer(*text);
    case SettingType::Boolean:
    case SettingType::Text:
    case SettingType::List:
    case SettingType::Table:
    case SettingType::Secret:
      break;
  }
  return std::nullopt;
}

std::optional<bool> boolean_of(const RawSetting& raw, bool typed) {
  if (const auto* value = std::get_if<bool>(&raw)) return *value;
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr || typed) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  return std::nullopt;
}

// "10.0.0.0/8, 192.168.1.1" as the environment has it.
std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> entries;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view entry = text.substr(0, comma);
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    while (entry.ends_with(' ')) entry.remove_suffix(1);
    if (!entry.empty()) entries.emplace_back(entry);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return entries;
}

// Of JSON or TOML: taken by its commas it would be other texts, with brackets and quotes in them.
bool looks_like_an_array(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first != std::string_view::npos && text[first] == '[';
}

bool is_printable_text(std::string_view text) {
  return is_utf8(text) && std::ranges::none_of(text, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

bool assign(const SettingDescription& description, const RawSetting& raw, bool typed, Settings& settings,
            std::int64_t Settings::*member) {
  const auto number = number_of(description, raw, typed);
  if (!number || *number < description.least || *number > description.most) return false;
  settings.*member = *number;
  return true;
}

bool assign(const SettingDescription&, const RawSetting& raw, bool typed, Settings& settings, bool Settings::*member) {
  const auto value = boolean_of(raw, typed);
  if (value) settings.*member = *value;
  return value.has_value();
}

bool is_entry(const SettingDescription& description, std::string_view entry) {
  if (entry.empty() || !is_printable_text(entry)) return false;
  if (description.type != SettingType::Table) return entry.size() <= kListEntryBytesMax;
  const std::size_t equals = entry.find('=');
  return equals != 0 && equals != std::string_view::npos && entry.size() <= kTableEntryBytesMax;
}

bool assign(const SettingDescription& description, const RawSetting& raw, bool, Settings& settings,
            std::string Settings::*member) {
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr || std::ssize(*text) > description.most || !is_printable_text(*text)) return false;
  if (!description.choices.empty() && std::ranges::find(description.choices, *text) == description.choices.end()) {
    return false;
  }
  settings.*member = *text;
  return true;
}

bool assign(const SettingDescription& description, const RawSetting& raw, bool typed, Settings& settings,
            std::vector<std::string> Settings::*member) {
  std::vector<std::string> entries;
  if (const auto* list = std::get_if<std::vector<std::string>>(&raw)) {
    entries = *list;
  } else if (const auto* text = std::get_if<std::string>(&raw); text != nullptr && !typed) {
    entries = split(*text);
  } else {
    return false;
  }
  const bool fits = std::ssize(entries) <= description.most &&
                    std::ranges::all_of(entries, [&](const auto& entry) { return is_entry(description, entry); });
  if (fits) settings.*member = std::move(entries);
  return fits;
}

bool assign(const SettingDescription& description, const RawSetting& raw, bool, Settings& settings,
            Secret Settings::*member) {
  const auto* text = std::get_if<std::string>(&raw);
  if (text == nullptr || std::ssize(*text) > description.most) return false;
  settings.*member = Secret::from_text(*text);
  return true;
}

std::string range(const std::string& least, const std::string& most) { return " from " + least + " to " + most; }

}  // namespace

std::string setting_bounds(const SettingDescription& description) {
  switch (description.type) {
    case SettingType::Integer:
      return "a whole number" + range(std::to_string(description.least), std::to_string(description.most));
    case SettingType::Duration:
      return "a duration" + range(format_duration_s(description.least), format_duration_s(description.most));
    case SettingType::Size:
      return "a size" + range(format_size_bytes(description.least), format_size_bytes(description.most));
    case SettingType::Boolean:
      return "true or false";
    case SettingType::Text: {
      if (description.choices.empty()) return "a text of at most " + std::to_string(description.most) + " bytes";
      std::string text = "one of ";
      for (std::size_t i = 0; i < description.choices.size(); ++i) {
        if (i > 0) text += ", ";
        text += description.choices[i];
      }
      return text;
    }
    case SettingType::List:
      return "a list of at most " + std::to_string(description.most) + " texts";
    case SettingType::Table:
      return "a table of at most " + std::to_string(description.most) + " names with values";
    case SettingType::Secret:
      return "a secret of at most " + std::to_string(description.most) + " bytes";
  }
  bug("a setting has a type");
}

std::expected<void, std::string> assign_setting(const SettingDescription& description, RawSetting raw, bool typed,
                                                Settings& settings) {
  if (const auto* text = std::get_if<std::string>(&raw);
      description.type == SettingType::List && !typed && text != nullptr && looks_like_an_array(*text)) {
    return std::unexpected(std::string(description.name) +
                           " is a list: here its texts stand with commas between them, as " +
                           "a, b, without brackets and quotes");
  }
  const bool assigned =
      std::visit([&](auto member) { return assign(description, raw, typed, settings, member); }, description.member);
  if (description.type == SettingType::Secret) {
    if (auto* text = std::get_if<std::string>(&raw)) {
      wipe_memory({reinterpret_cast<std::uint8_t*>(text->data()), text->size()});
    }
  }
  if (!assigned) return std::unexpected(std::string(description.name) + " has to be " + setting_bounds(description));
  return {};
}

}  // namespace tweestap::platform
