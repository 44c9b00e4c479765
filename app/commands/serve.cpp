#include "app/command_line.h"
#include "app/demo.h"
#include "app/kafka_flags.h"
#include "app/service.h"
#include "consumers/sms/choose_gateway.h"

namespace tweestap::app {
namespace {

struct ServeFlags {
  bool demo = false;
  std::optional<std::string> people;
  std::optional<std::string> staff;
  std::optional<std::string> ports_file;
  std::optional<std::string> admin_key_file;
  std::optional<std::string> sms;
  KafkaFlags kafka;
};

ExitStatus run_serve(const CommandLine& line, const ServeFlags& flags) {
  std::vector<platform::SettingSources::Flag> settings = settings_of(flags.kafka);
  if (flags.people) settings.push_back({"http.public", "--public", *flags.people});
  if (flags.staff) settings.push_back({"http.staff", "--staff", *flags.staff});
  if (flags.sms) {
    auto gateway = consumers::sms::settings_of_sms_flag(*flags.sms);
    if (!gateway) return fail(ExitStatus::WrongUse, gateway.error());
    settings.insert(settings.end(), gateway->begin(), gateway->end());
  }
  auto effective = line.settings(std::move(settings));
  if (!effective) return fail(ExitStatus::WrongUse, effective.error());
  if (flags.demo && effective->source_of("storage.data") == "default") effective->values.storage_data = kDemoFolder;
  if (flags.demo && effective->source_of("sms.gateway") == "default") {
    platform::FirstSmsGateway& gateway = effective->values;
    gateway.kind = "file";
    gateway.file = (std::filesystem::path{effective->values.storage_data} / kDemoMessages).string();
  }
  ServeOptions options;
  options.demo = flags.demo;
  if (flags.ports_file) options.ports_file = *flags.ports_file;
  if (flags.admin_key_file) options.admin_key_file = *flags.admin_key_file;
  return serve(effective->values, options);
}

}  // namespace

void add_serve(CommandLine& line) {
  const auto flags = std::make_shared<ServeFlags>();
  Command command = line.add("serve", "run the service until SIGTERM or Ctrl-C", Reach::Anywhere,
                             [&line, flags] { return run_serve(line, *flags); });
  command.flag("--demo", flags->demo, "with four accounts whose password is tweestap-demo; loopback only");
  command.option("--public", &flags->people, "HOST:PORT", "people's listener; port 0 picks one (http.public)");
  command.option("--staff", &flags->staff, "HOST:PORT", "staff's listener; port 0 picks one (http.staff)");
  command.option("--ports-file", &flags->ports_file, "FILE", "written as JSON once both listeners answer");
  command.option("--admin-key-file", &flags->admin_key_file, "FILE",
                 "the first start writes the admin API key there instead of printing it");
  add_kafka_flags(command, flags->kafka, "stream every event to Kafka, ");
  command.option("--sms", &flags->sms, "file:PATH",
                 "messages go to a file, a line each; off: none go out (sms.gateway)");
}

}  // namespace tweestap::app
