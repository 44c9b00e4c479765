#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace tweestap::app {
namespace {

constexpr const char* kConfigDefault = "/etc/tweestap/tweestap.toml";

ExitStatus refuse_url() {
  return fail(ExitStatus::WrongUse,
              {platform::Failure::Kind::Invalid,
               "this command works on a data folder, and the running service has no route for it: leave out --url (and "
               "TWEESTAP_URL)"});
}

// Looked at before the library reads it, which takes "-1" for the largest number that there is.
std::string complain_about_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return {};
  return "\"" + text + "\" is not a whole number from 0 on";
}

CLI::Option* add_option(CLI::App& parser, const std::string& name, const Command::Into& into, std::string help) {
  CLI::Option* option = std::visit([&](auto* value) { return parser.add_option(name, *value, std::move(help)); }, into);
  if (std::holds_alternative<std::uint64_t*>(into) || std::holds_alternative<std::optional<std::uint64_t>*>(into)) {
    option->check(CLI::Validator{complain_about_number, ""});
  }
  return option;
}

}  // namespace

void Command::flag(const std::string& name, bool& into, std::string help) {
  parser_->add_flag(name, into, std::move(help));
}

void Command::option(const std::string& name, Into into, const std::string& type, std::string help, Need need) {
  add_option(*parser_, name, into, std::move(help))->type_name(type)->required(need == Need::Required);
}

void Command::argument(const std::string& name, Into into, std::string help, Need need) {
  add_option(*parser_, name, into, std::move(help))->required(need == Need::Required);
}

CommandLine::CommandLine(CLI::App& program) : program_(program) {
  // For --version; before a command it means what it means after it.
  program_.add_flag("--json", flags_.json, "print JSON, for programs");
}

Command CommandLine::add(std::string name, std::string help, Reach reach, std::function<ExitStatus()> run) {
  return add(Command{program_}, std::move(name), std::move(help), reach, std::move(run));
}

Command CommandLine::add(Command group, std::string name, std::string help, Reach reach,
                         std::function<ExitStatus()> run) {
  CLI::App* command = group.parser_->add_subcommand(std::move(name), std::move(help));
  command->add_option("--data", flags_.data, "the data folder (storage.data)")->type_name("DIR")->group("Everywhere");
  command
      ->add_option("--config", flags_.config, std::string{"settings; default "} + kConfigDefault + " where it is there")
      ->type_name("FILE")
      ->group("Everywhere");
  command->add_flag("--json", flags_.json, "print JSON, for programs")->group("Everywhere");
  // The library has names of environment variables too, and does not tell what was typed from what they gave.
  command
      ->add_option("--url", flags_.url,
                   "ask a running service's staff listener (also TWEESTAP_URL), with the key in TWEESTAP_API_KEY")
      ->type_name("URL")
      ->group("Everywhere");
  command->add_option("--lang", flags_.lang, "language of texts: nl or en")->type_name("LANG")->group("Everywhere");
  command->callback([this, reach, action = std::move(run)] {
    flags_.url_typed = flags_.url.has_value();
    const char* const exported = std::getenv("TWEESTAP_URL");
    if (!flags_.url && exported != nullptr && *exported != '\0') flags_.url = exported;
    chosen_ = reach == Reach::FolderOnly && flags_.url ? std::function<ExitStatus()>{refuse_url} : action;
  });
  return Command{*command};
}

Command CommandLine::group(std::string name, std::string help) {
  CLI::App* command = program_.add_subcommand(std::move(name), std::move(help));
  command->require_subcommand(1);
  return Command{*command};
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

}  // namespace tweestap::app
