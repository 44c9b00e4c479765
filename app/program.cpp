// The program as a whole: what it is called with, and what it says to whoever calls it wrongly.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "app/command_line.h"
#include "app/standard_output.h"
#include "app/version.h"
#include "platform/settings/nearest.h"

namespace tweestap::app {
namespace {

constexpr const char* kAbout =
    "Two-step authentication whose only memory is its event log.\n\n"
    "  tweestap serve --demo                     try it: people on 127.0.0.1:8080, staff on :8081\n"
    "  tweestap events --follow                  every event, as it happens\n"
    "  tweestap history alex@example.org         what happened to one account, in words\n"
    "  tweestap state acc_... --at 2026-03-15T00:00:00Z\n\n"
    "Commands that read work beside a running service. Exit status: 0 done, 1 the answer is no, 2 wrong use or\n"
    "configuration, 3 the store refuses or is damaged, 4 something is not reachable.";

std::vector<std::string> commands_of(const CLI::App& parser) {
  std::vector<std::string> names;
  for (const CLI::App* command : parser.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

// What to say where a command should stand and none does, or one that is not there.
std::string wanting_a_command(const std::vector<std::string>& commands, const std::vector<std::string>& typed) {
  const std::string which = listed(commands);
  if (typed.empty()) return "which command? There are: " + which;
  if (typed.front().starts_with('-')) return typed.front() + " does not stand before a command. There are: " + which;
  std::string text = "there is no command \"" + typed.front() + "\"";
  const auto near = platform::near_name(typed.front(), commands);
  text += near ? "; did you mean " + *near + "?" : ".";
  return text + " There are: " + which;
}

// The library says "A subcommand is required", whatever was typed.
std::string wrong_use(const CLI::App* program, const CLI::Error& error) {
  const CLI::App* at = program;
  std::string path = program->get_name();
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().back();
    path += " " + at->get_name();
  }
  const auto commands = commands_of(*at);
  const std::string trouble = commands.empty() ? error.what() : wanting_a_command(commands, at->remaining());
  return "tweestap: " + trouble + "\nRun `" + path + " --help` for more.\n";
}

ExitStatus run(int argc, const char* const* argv) {
  CLI::App program{kAbout, "tweestap"};
  bool asked_for_version = false;
  program.add_flag("--version", asked_for_version, "print version and commit");
  program.require_subcommand(0, 1);
  program.failure_message(wrong_use);
  CommandLine line{program};
  add_serve(line);
  add_events(line);
  add_history(line);
  add_state(line);
  add_projections(line);
  add_api_key(line);
  add_policy(line);
  add_config(line);
  add_consume(line);
  add_kafka(line);
  add_detect(line);
  try {
    program.parse(argc, argv);
    if (!asked_for_version && !line.chosen()) throw CLI::RequiredError{"a command"};
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? ExitStatus::Done : ExitStatus::WrongUse;
  }
  if (asked_for_version) {
    std::printf("%s\n", line.flags().json ? version_json().c_str() : ("tweestap " + version()).c_str());
    return ExitStatus::Done;
  }
  return line.run();
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  hold_standard_streams();
  // Whatever is made is for its owner alone, also what a library makes, and in a data folder that was there already.
  ::umask(S_IRWXG | S_IRWXO);
  // A pipe that closes is an error like any other: `api-key create` has to say that its key is lost.
  std::signal(SIGPIPE, SIG_IGN);
  return static_cast<int>(after_output(run(argc, argv)));
}

}  // namespace tweestap::app
