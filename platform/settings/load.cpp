#include "platform/settings/load.h"

// Parse errors arrive as values: nothing of ours throws.
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>

#include "platform/bug.h"
#include "platform/files.h"
#include "platform/settings/assign.h"
#include "platform/settings/nearest.h"

namespace tweestap::platform {
namespace {

constexpr std::size_t kFileBytesMax = 256 * 1024;  // the whole reference as a file has about 10 KiB
constexpr std::string_view kPrefix = "TWEESTAP_";
constexpr std::string_view kFileSuffix = "_file";

// What a name means: a setting, by its place in the descriptions, or the file that holds a secret one.
struct Target {
  std::size_t index = 0;
  bool from_file = false;
};

std::map<std::string, Target, std::less<>> known_names() {
  std::map<std::string, Target, std::less<>> names;
  const auto descriptions = setting_descriptions();
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    names.emplace(descriptions[i].name, Target{i, false});
    if (descriptions[i].type == SettingType::Secret) {
      names.emplace(std::string(descriptions[i].name).append(kFileSuffix), Target{i, true});
    }
  }
  return names;
}

// Joins the sources one after the other. A secret and its file in one source contradict each other, in two the later
// wins as always.
class Loader {
 public:
  Loader() : names_(known_names()) {
    effective_.sources.assign(setting_descriptions().size(), "default");
    for (const auto& [name, target] : names_) environment_names_.emplace(environment_name(name), name);
  }

  std::expected<void, Failure> read_file(const std::filesystem::path& path) {
    const auto content = read_small_file(path, kFileBytesMax);
    if (!content) return std::unexpected(invalid(content.error().reason));
    const toml::parse_result parsed = toml::parse(std::string_view(*content));
    if (!parsed) {
      // Only the place: toml++'s words may quote the line, and the line may hold a secret.
      return std::unexpected(
          invalid(path.string() + " is not TOML at line " + std::to_string(parsed.error().source().begin.line)));
    }
    begin_source();
    const std::string source = "file:" + path.string();
    return read_table(parsed.table(), "", source);
  }

  std::expected<void, Failure> read_environment(const std::vector<std::pair<std::string, std::string>>& variables) {
    begin_source();
    for (const auto& [name, value] : variables) {
      // The command line's own: what it says to a running service, and never a setting of the service.
      if (!name.starts_with(kPrefix) || name == "TWEESTAP_API_KEY" || name == "TWEESTAP_URL") continue;
      const auto known = environment_names_.find(name);
      if (known == environment_names_.end()) {
        return std::unexpected(invalid("unknown environment variable " + name + nearest_variable(name)));
      }
      if (auto set = set_value(known->second, value, false, "env:" + name); !set) return set;
    }
    return {};
  }

  std::expected<void, Failure> read_flags(const std::vector<SettingSources::Flag>& flags) {
    begin_source();
    for (const auto& flag : flags) {
      if (!names_.contains(flag.setting)) bug("a flag stands for a setting that is not described");
      if (auto set = set_value(flag.setting, flag.value, false, "flag:" + flag.flag); !set) return set;
    }
    return {};
  }

  std::expected<EffectiveSettings, Failure> finish() {
    const Settings& s = effective_.values;
    if (s.storage_reserve_bytes < 4 * s.storage_wal_bytes) {
      return std::unexpected(invalid("storage.reserve has to be at least four times storage.wal"));
    }
    if (s.session_idle_s > s.session_lifetime_s) {
      return std::unexpected(invalid("session.idle has to be at most session.lifetime"));
    }
    if (s.lock_first_s > s.lock_longest_s) {
      return std::unexpected(invalid("lock.first has to be at most lock.longest"));
    }
    return std::move(effective_);
  }

 private:
  void begin_source() { set_here_.clear(); }

  std::string nearest_setting(std::string_view wanted) const {
    std::vector<std::string> names;
    for (const auto& [name, target] : names_) names.push_back(name);
    return "; the nearest known one is " + nearest_name(wanted, names);
  }

  // What all of them begin with makes no two of them more alike.
  std::string nearest_variable(std::string_view wanted) const {
    std::vector<std::string> names;
    for (const auto& [name, setting] : environment_names_) names.push_back(name.substr(kPrefix.size()));
    return "; the nearest known one is " + std::string(kPrefix) + nearest_name(wanted.substr(kPrefix.size()), names);
  }

  std::expected<void, Failure> read_table(const toml::table& table, const std::string& prefix,
                                          const std::string& source) {
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      if (prefix.empty() && node.is_table()) {
        if (auto read = read_table(*node.as_table(), name + ".", source); !read) return read;
        continue;
      }
      if (!names_.contains(name)) {
        return std::unexpected(
            invalid("unknown setting " + name + " in " + source.substr(source.find(':') + 1) + nearest_setting(name)));
      }
      auto raw = is_table(name) && node.is_table() ? table_entries(*node.as_table(), "") : raw_value(node);
      if (!raw) return std::unexpected(invalid(source + ": " + name + " has a value of a type that no setting has"));
      if (auto set = set_value(name, std::move(*raw), true, source); !set) return set;
    }
    return {};
  }

  bool is_table(std::string_view name) const {
    return setting_descriptions()[names_.find(name)->second.index].type == SettingType::Table;
  }

  // TOML takes `linger.ms = 5` for a table in a table; here it is one name.
  static std::optional<RawSetting> table_entries(const toml::table& table, const std::string& prefix) {
    std::vector<std::string> entries;
    for (const auto& [key, node] : table) {
      const std::string name = prefix + std::string(key.str());
      auto raw = node.is_table() ? table_entries(*node.as_table(), name + ".") : raw_value(node);
      if (!raw) return std::nullopt;
      if (const auto* number = std::get_if<std::int64_t>(&*raw))
        entries.push_back(name + "=" + std::to_string(*number));
      if (const auto* yes = std::get_if<bool>(&*raw)) entries.push_back(name + (*yes ? "=true" : "=false"));
      if (const auto* text = std::get_if<std::string>(&*raw)) entries.push_back(name + "=" + *text);
      if (auto* more = std::get_if<std::vector<std::string>>(&*raw)) {
        if (!node.is_table()) return std::nullopt;
        entries.insert(entries.end(), more->begin(), more->end());
      }
    }
    return RawSetting(std::move(entries));
  }

  static std::optional<RawSetting> raw_value(const toml::node& node) {
    if (const auto* number = node.as_integer()) return RawSetting(number->get());
    if (const auto* boolean = node.as_boolean()) return RawSetting(boolean->get());
    if (const auto* text = node.as_string()) return RawSetting(text->get());
    const auto* array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> entries;
    for (const auto& entry : *array) {
      const auto* text = entry.as_string();
      if (text == nullptr) return std::nullopt;
      entries.push_back(text->get());
    }
    return RawSetting(std::move(entries));
  }

  std::expected<void, Failure> set_value(std::string_view name, RawSetting raw, bool typed, const std::string& source) {
    const Target target = names_.find(name)->second;
    const SettingDescription& description = setting_descriptions()[target.index];
    if (std::ranges::find(set_here_, target.index) != set_here_.end()) {
      return std::unexpected(invalid(source + ": " + std::string(description.name) + " is set twice"));
    }
    set_here_.push_back(target.index);
    if (target.from_file) {
      const auto* path = std::get_if<std::string>(&raw);
      if (path == nullptr) return std::unexpected(invalid(source + ": " + std::string(name) + " has to be a path"));
      auto content = read_secret_file(*path, static_cast<std::size_t>(description.most) + 2, true);
      if (!content) return std::unexpected(invalid(source + ": " + std::string(name) + ": " + content.error().reason));
      raw = std::string(content->reveal_text());
    }
    if (auto assigned = assign_setting(description, std::move(raw), typed, effective_.values); !assigned) {
      return std::unexpected(invalid(source + ": " + assigned.error()));
    }
    effective_.sources[target.index] = source;
    return {};
  }

  std::map<std::string, Target, std::less<>> names_;
  std::map<std::string, std::string, std::less<>> environment_names_;
  std::vector<std::size_t> set_here_;  // by the present source
  EffectiveSettings effective_;
};

}  // namespace

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (text.starts_with(kPrefix) && equals != std::string_view::npos) {
      variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return variables;
}

std::expected<EffectiveSettings, Failure> load_settings(const SettingSources& sources) {
  Loader loader;
  if (sources.file) {
    if (auto read = loader.read_file(*sources.file); !read) return std::unexpected(std::move(read.error()));
  }
  if (auto read = loader.read_environment(sources.environment); !read) return std::unexpected(std::move(read.error()));
  if (auto read = loader.read_flags(sources.flags); !read) return std::unexpected(std::move(read.error()));
  return loader.finish();
}

}  // namespace tweestap::platform
