#pragma once
// The program's commands and flags, from the one list of commands. The library that parses them (CLI11) stays in
// command_line.cpp and program.cpp: with its header in every command's file it took longer to compile than all the rest
// of them.
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/exit_status.h"
#include "platform/settings/load.h"

namespace CLI {
class App;
}

namespace tweestap::app {

/// Flags that work with every command, after it.
struct CommonFlags {
  std::optional<std::string> data;
  std::optional<std::string> config;
  std::optional<std::string> url;  ///< of a running service's staff listener; also TWEESTAP_URL
  bool url_typed = false;          ///< false: it is from TWEESTAP_URL, which whoever exports it means for all commands
  std::string lang;
  bool json = false;
};

/// What `--url` means to a command.
enum class Reach {
  Anywhere,    ///< has nothing to do with a store
  FolderOnly,  ///< reads or writes a data folder; with --url it would read the wrong one, so it refuses
  Service,     ///< asks a running service where --url is given
};

enum class Need { Optional, Required };

/// A command, or a name that groups commands, while it is being described. Where a value goes to (`into`) has to be
/// there until the command has run: `run` of CommandLine::add owns it.
class Command {
 public:
  using Into = std::variant<std::string*, std::optional<std::string>*, std::uint64_t*, std::optional<std::uint64_t>*,
                            std::vector<std::string>*>;

  explicit Command(CLI::App& parser) : parser_(&parser) {}

  /// `--name`, which is there or not.
  void flag(const std::string& name, bool& into, std::string help);
  /// `--name TYPE`.
  void option(const std::string& name, Into into, const std::string& type, std::string help,
              Need need = Need::Optional);
  /// What stands after the command without a name of its own.
  void argument(const std::string& name, Into into, std::string help, Need need = Need::Required);

 private:
  friend class CommandLine;
  CLI::App* parser_;
};

/// What a command's file needs to put its command into the program.
class CommandLine {
 public:
  /// `program` has to be there as long as this.
  explicit CommandLine(CLI::App& program);

  /// A command at the top. `run` is called if it was the one that was typed.
  Command add(std::string name, std::string help, Reach reach, std::function<ExitStatus()> run);
  /// A name that only groups commands.
  Command group(std::string name, std::string help);
  /// A command of a group.
  Command add(Command group, std::string name, std::string help, Reach reach, std::function<ExitStatus()> run);

  [[nodiscard]] const CommonFlags& flags() const { return flags_; }
  /// Settings from the file, the environment and the flags, `more` being the command's own flags.
  [[nodiscard]] std::expected<platform::EffectiveSettings, platform::Failure> settings(
      std::vector<platform::SettingSources::Flag> more = {}) const;

  /// Whether a command was typed.
  [[nodiscard]] bool chosen() const { return static_cast<bool>(chosen_); }
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
void add_consume(CommandLine& line);
void add_kafka(CommandLine& line);
void add_detect(CommandLine& line);

/// The whole program: parses, runs, gives the exit status.
[[nodiscard]] int run_program(int argc, const char* const* argv);

}  // namespace tweestap::app
