#pragma once
// The program's commands and flags, from the one list of commands.
#include <CLI/CLI.hpp>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/exit_status.h"
#include "platform/settings/load.h"

namespace tweestap::app {

/// Flags that work with every command, after it.
struct CommonFlags {
  std::optional<std::string> data;
  std::optional<std::string> config;
  std::optional<std::string> url;  ///< of a running service's staff listener; also TWEESTAP_URL
  std::string lang;
  bool json = false;
};

/// What `--url` means to a command.
enum class Reach {
  Anywhere,    ///< has nothing to do with a store
  FolderOnly,  ///< reads or writes a data folder; with --url it would read the wrong one, so it refuses
  Service,     ///< asks a running service where --url is given
};

/// What a command's file needs to put its command into the program.
class CommandLine {
 public:
  explicit CommandLine(CLI::App& program) : program_(program) {}

  /// A command at the top, or below `parent`. `run` is called if it was the one that was typed.
  CLI::App* add(std::string name, std::string help, Reach reach, std::function<ExitStatus()> run,
                CLI::App* parent = nullptr);
  /// A name that only groups commands.
  CLI::App* group(std::string name, std::string help);

  [[nodiscard]] const CommonFlags& flags() const { return flags_; }
  /// Settings from the file, the environment and the flags, `more` being the command's own flags.
  [[nodiscard]] std::expected<platform::EffectiveSettings, platform::Failure> settings(
      std::vector<platform::SettingSources::Flag> more = {}) const;

  /// Runs what was typed.
  [[nodiscard]] ExitStatus run() const { return chosen_ ? chosen_() : ExitStatus::WrongUse; }

 private:
  CLI::App& program_;
  CommonFlags flags_;
  std::function<ExitStatus()> chosen_;
};

// Each in commands/<name>.cpp.
void add_serve(CommandLine& line);
void add_events(CommandLine& line);
void add_history(CommandLine& line);
void add_state(CommandLine& line);
void add_projections(CommandLine& line);
void add_api_key(CommandLine& line);
void add_policy(CommandLine& line);
void add_config(CommandLine& line);

/// The whole program: parses, runs, gives the exit status.
[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace tweestap::app
