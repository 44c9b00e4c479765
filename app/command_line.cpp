#include "app/command_line.h"

#include <cstdlib>

#include "app/version.h"

namespace tweestap::app {
namespace {

constexpr const char* kConfigDefault = "/etc/tweestap/tweestap.toml";

constexpr const char* kAbout =
    "Two-step authentication whose only memory is its event log.\n\n"
    "  tweestap serve --demo                     try it: people on 127.0.0.1:8080, staff on :8081\n"
    "  tweestap events --follow                  every event, as it happens\n"
    "  tweestap history alex@example.org         what happened to one account, in words\n"
    "  tweestap state acc_... --at 2026-03-15T00:00:00Z\n\n"
    "Commands that read work beside a running service. Exit status: 0 done, 1 the answer is no, 2 wrong use or\n"
    "configuration, 3 the store refuses or is damaged, 4 something is not reachable.";

ExitStatus refuse_url() {
  return fail(ExitStatus::WrongUse,
              {platform::Failure::Kind::Invalid,
               "this command works on a data folder, and the running service has no route for it: leave out --url (and "
               "TWEESTAP_URL)"});
}

}  // namespace

CLI::App* CommandLine::add(std::string name, std::string help, Reach reach, std::function<ExitStatus()> run,
                           CLI::App* parent) {
  CLI::App* command = (parent != nullptr ? parent : &program_)->add_subcommand(std::move(name), std::move(help));
  command->add_option("--data", flags_.data, "the data folder (storage.data)")->type_name("DIR")->group("Everywhere");
  command
      ->add_option("--config", flags_.config, std::string{"settings; default "} + kConfigDefault + " where it is there")
      ->type_name("FILE")
      ->group("Everywhere");
  command->add_flag("--json", flags_.json, "print JSON, for programs")->group("Everywhere");
  command->add_option("--url", flags_.url, "ask a running service's staff listener, with the key in TWEESTAP_API_KEY")
      ->type_name("URL")
      ->envname("TWEESTAP_URL")
      ->group("Everywhere");
  command->add_option("--lang", flags_.lang, "language of texts: nl or en")->type_name("LANG")->group("Everywhere");
  command->callback([this, reach, action = std::move(run)] {
    chosen_ = reach == Reach::FolderOnly && flags_.url ? std::function<ExitStatus()>{refuse_url} : action;
  });
  return command;
}

CLI::App* CommandLine::group(std::string name, std::string help) {
  CLI::App* command = program_.add_subcommand(std::move(name), std::move(help));
  command->require_subcommand(1);
  return command;
}

std::expected<platform::EffectiveSettings, platform::Failure> CommandLine::settings(
    std::vector<platform::SettingSources::Flag> more) const {
  platform::SettingSources sources;
  std::error_code unreadable;
  if (flags_.config) {
    sources.file = *flags_.config;
  } else if (std::filesystem::exists(kConfigDefault, unreadable) || unreadable) {
    sources.file = kConfigDefault;
  }
  sources.environment = platform::process_environment();
  sources.flags = std::move(more);
  if (flags_.data) sources.flags.push_back({"storage.data", "--data", *flags_.data});
  return platform::load_settings(sources);
}

int run_program(int argc, const char* const* argv) {
  CLI::App program{kAbout, "tweestap"};
  program.set_version_flag("--version", "tweestap " + std::string{version()}, "print version and commit");
  program.require_subcommand(1);
  CommandLine line{program};
  add_serve(line);
  add_events(line);
  add_history(line);
  add_state(line);
  add_projections(line);
  add_api_key(line);
  add_policy(line);
  add_config(line);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = program.exit(error) == 0;
    return static_cast<int>(asked_for_help ? ExitStatus::Done : ExitStatus::WrongUse);
  }
  return static_cast<int>(line.run());
}

}  // namespace tweestap::app
