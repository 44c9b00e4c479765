#include <signal.h>
#include <tweestap/reader.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/command_line.h"
#include "app/kafka_flags.h"
#include "app/line_for_people.h"
#include "app/version.h"
#include "consumers/kafka/client_settings.h"
#include "consumers/siem/lines.h"

namespace tweestap::app {
namespace {

using namespace std::chrono_literals;
using platform::Failure;

struct ConsumeFlags {
  KafkaFlags kafka;
  std::optional<std::string> format;
  std::string api_key_file;
  bool now = false;
};

// As long as this is there, Ctrl-C and SIGTERM stop the reader, whatever it waits for. Before and behind that they end
// the program as they end any other: nothing was printed yet while brokers are looked for, and a second Ctrl-C is from
// somebody who does not want to wait until the reader has left them.
class StopsAtSignals {
 public:
  explicit StopsAtSignals(reader::Reader& reader) {
    running_ = &reader;
    at_signals([](int) { running_.load()->stop(); });
  }
  ~StopsAtSignals() { at_signals(SIG_DFL); }
  StopsAtSignals(const StopsAtSignals&) = delete;
  StopsAtSignals& operator=(const StopsAtSignals&) = delete;

 private:
  // Without SA_RESTART: a write that waits for whoever reads the output is to end too.
  static void at_signals(void (*handler)(int)) {
    struct sigaction action{};
    action.sa_handler = handler;
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
  }

  static inline std::atomic<reader::Reader*> running_ = nullptr;
  static_assert(std::atomic<reader::Reader*>::is_always_lock_free);  // the handler reads it
};

// As the relay's own client gets them. librdkafka keeps copies of passwords as long as the reader is there, so nothing
// is won by wiping ours.
std::map<std::string, std::string> properties_of(const platform::Settings& settings) {
  std::map<std::string, std::string> properties;
  for (const std::string& entry : settings.kafka_librdkafka) {
    const std::size_t equals = entry.find('=');
    properties[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  for (const auto& one : consumers::kafka::described_properties(settings))
    properties[std::string{one.name}] = one.value;
  return properties;
}

// Of --url and TWEESTAP_API_KEY, as of every command; the file is for whoever runs for months and changes keys. Empty
// where there is no key to ask with: the reader stops at a gap.
reader::Service service_of(const CommandLine& line, const ConsumeFlags& flags) {
  reader::Service service;
  if (!line.flags().url) return service;
  const char* const key = std::getenv("TWEESTAP_API_KEY");
  if (!flags.api_key_file.empty()) {
    service.api_key_file = flags.api_key_file;
  } else if (key != nullptr && *key != '\0') {
    service.api_key = key;
  } else {
    return service;
  }
  service.url = *line.flags().url;
  return service;
}

reader::Options options_of(const platform::Settings& settings, const ConsumeFlags& flags, reader::Service service) {
  reader::Options options;
  options.brokers = settings.kafka_brokers;
  options.topic = settings.kafka_topic;
  options.librdkafka = properties_of(settings);
  options.begin = flags.now ? reader::Options::Begin::Now : reader::Options::Begin::FirstEvent;
  // What is only printed need not be understood.
  options.on_unknown = reader::Options::OnUnknown::HandOver;
  options.service = std::move(service);
  return options;
}

// An event as one line, without its end.
struct Format {
  std::string_view name;
  std::string_view what;
  std::string (*line)(const reader::Event&);
};

constexpr auto kFormats = std::to_array<Format>({
    {"text", "for people (the default)", line_for_people},
    {"json", "the envelope as it is stored", [](const reader::Event& event) { return event.envelope; }},
    {"ocsf", "for a SIEM, in OCSF",
     [](const reader::Event& event) { return consumers::siem::ocsf_line(event, release()); }},
    {"ecs", "in Elastic's ECS", [](const reader::Event& event) { return consumers::siem::ecs_line(event, release()); }},
    {"cef", "in ArcSight's CEF",
     [](const reader::Event& event) { return consumers::siem::cef_line(event, release()); }},
});

// "text, json, ocsf, ecs or cef"
std::string format_names() {
  std::string names;
  for (const Format& format : kFormats) {
    if (!names.empty()) names += &format == &kFormats.back() ? " or " : ", ";
    names += format.name;
  }
  return names;
}

std::string format_help() {
  std::string help;
  for (const Format& format : kFormats) {
    help.append(help.empty() ? "" : "; ").append(format.name).append(": ").append(format.what);
  }
  return help;
}

// Nothing for a name that none has. `--json`, which every command has, asks for the stored form where no other is asked
// for.
const Format* format_of(const ConsumeFlags& flags, bool json) {
  const std::string_view name = flags.format ? std::string_view{*flags.format} : json ? "json" : "text";
  const auto found = std::ranges::find(kFormats, name, &Format::name);
  return found != kFormats.end() ? &*found : nullptr;
}

// A wrong key, role or topic is wrong use, as with every other command; No is what the topic itself answers, where it
// has not what it should have.
ExitStatus status_of(reader::Trouble trouble) {
  switch (trouble) {
    case reader::Trouble::Unavailable:
      return ExitStatus::NotReachable;
    case reader::Trouble::Invalid:
      return ExitStatus::WrongUse;
    case reader::Trouble::Stopped:
      return ExitStatus::Done;
    case reader::Trouble::Gap:
    case reader::Trouble::UnknownType:
    case reader::Trouble::UnknownVersion:
    case reader::Trouble::Foreign:
      break;
  }
  return ExitStatus::No;
}

ExitStatus fail_reading(const reader::Failure& failure) {
  const bool silent = failure.trouble == reader::Trouble::Unavailable;
  return fail(status_of(failure.trouble),
              {silent ? Failure::Kind::Unavailable : Failure::Kind::Invalid, failure.reason});
}

// False: nobody reads any more, or it does not get through; run_program tells which.
bool print(const reader::Event& event, const Format& format) {
  const std::string text = format.line(event) + "\n";
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
}

// librdkafka's words, which are ASCII; what a broker added could move a terminal's cursor or change what is above.
std::string printable(std::string_view text) {
  std::string shown{text};
  std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return shown;
}

// Says on stderr why nothing comes, for whoever would take that for a quiet night: each reason once, until something
// comes again.
class Silence {
 public:
  void met(const std::string& reason) {
    // librdkafka repeats itself while it lasts, and what it puts in brackets is another each time: the address, and
    // after how many milliseconds.
    if (reason.empty() || !told_.insert(reason.substr(0, reason.find(" ("))).second) return;
    std::fprintf(stderr, "tweestap: waiting: %s\n", printable(reason).c_str());
  }
  void over() {
    if (told_.empty()) return;
    told_.clear();
    std::fprintf(stderr, "tweestap: events come again\n");
  }

 private:
  std::set<std::string> told_;  // as many as there are kinds of trouble: some two hundred
};

// Long enough that a service which does not answer is not asked all the time.
constexpr std::chrono::milliseconds kPatience{500};

ExitStatus print_all(reader::Reader& from, const Format& format) {
  Silence silence;
  auto patience = 0ms;
  while (true) {
    const auto delivery = from.next(patience);
    if (delivery && *delivery) {
      silence.over();
      if (!print((*delivery)->event, format)) return ExitStatus::Done;
      patience = 0ms;
      continue;
    }
    if (!delivery && delivery.error().trouble == reader::Trouble::Stopped) return ExitStatus::Done;
    if (!delivery && delivery.error().trouble != reader::Trouble::Unavailable) return fail_reading(delivery.error());
    silence.met(from.last_trouble());
    // What was printed is out before the next wait.
    if (std::fflush(stdout) != 0) return ExitStatus::Done;
    patience = kPatience;
  }
}

ExitStatus run_consume(const CommandLine& line, const ConsumeFlags& flags) {
  const auto wrong = [](std::string sentence) {
    return fail(ExitStatus::WrongUse, {Failure::Kind::Invalid, std::move(sentence)});
  };
  const Format* const format = format_of(flags, line.flags().json);
  if (format == nullptr) return wrong("--format is " + format_names());
  reader::Service service = service_of(line, flags);
  // Whoever exports TWEESTAP_URL for other commands may not need it here.
  if (line.flags().url_typed && service.url.empty()) {
    return wrong("--url, where missing events are fetched from, wants a key in TWEESTAP_API_KEY, or --api-key-file");
  }
  if (!line.flags().url && !flags.api_key_file.empty()) {
    return wrong("--api-key-file is used for nothing without --url, where missing events are fetched from");
  }
  const auto settings = kafka_settings(line, flags.kafka);
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  auto made = reader::Reader::create(options_of(settings->values, flags, std::move(service)));
  if (!made) return fail_reading(made.error());
  const StopsAtSignals stops{**made};
  return print_all(**made, *format);
}

}  // namespace

void add_consume(CommandLine& line) {
  const auto flags = std::make_shared<ConsumeFlags>();
  Command command = line.add("consume", "print events as they come over Kafka, until Ctrl-C", Reach::Anywhere,
                             [&line, flags] { return run_consume(line, *flags); });
  add_kafka_flags(command, flags->kafka);
  command.option("--format", &flags->format, "F", format_help());
  command.flag("--now", flags->now, "only what comes from now on");
  command.option(
      "--api-key-file", &flags->api_key_file, "FILE",
      "with --url, from which what is missing in the topic is fetched: a key of role stream, read at the start and "
      "again whenever it is needed, in place of the one in TWEESTAP_API_KEY");
}

}  // namespace tweestap::app
