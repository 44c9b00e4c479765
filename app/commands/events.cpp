#include <signal.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>

#include "app/command_line.h"
#include "app/local_store.h"
#include "app/remote.h"
#include "domain/all_events.h"
#include "domain/ids.h"
#include "eventstore/envelope.h"
#include "platform/settings/nearest.h"

namespace tweestap::app {
namespace {

constexpr auto kFollowEvery = std::chrono::milliseconds{200};

struct EventFlags {
  std::uint64_t after = 0;
  std::string account;
  std::string type;
  bool follow = false;
};

// Ctrl-C ends following; a reader that goes away ends it too.
volatile std::sig_atomic_t stopped = 0;
void stop_following(int) { stopped = 1; }

class EnvelopePrinter {
 public:
  explicit EnvelopePrinter(const EventFlags& flags, std::optional<domain::Subject> subject)
      : flags_(flags), subject_(subject) {}

  // False: nobody reads any more, or it does not get through; run_program tells which. Bytes without a head are
  // printed: hiding them would hide damage.
  [[nodiscard]] bool print(std::string_view envelope) const {
    const auto head = eventstore::scan_head(envelope);
    if (head && !flags_.type.empty() && head->type != flags_.type) return true;
    if (head && subject_ && head->subject != *subject_) return true;
    return std::fwrite(envelope.data(), 1, envelope.size(), stdout) == envelope.size() &&
           std::fputc('\n', stdout) != EOF;
  }

 private:
  const EventFlags& flags_;
  std::optional<domain::Subject> subject_;
};

ExitStatus print_local(const platform::Settings& settings, const EventFlags& flags, const EnvelopePrinter& printer) {
  auto store = LocalStore::open(settings);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  std::uint64_t after = flags.after;
  while (true) {
    while (stopped == 0) {
      const auto page = store->reader().log().read(after);
      if (!page) return fail(ExitStatus::StoreRefuses, page.error());
      if (page->empty()) break;
      for (const auto& record : *page) {
        if (!printer.print(record.envelope)) return ExitStatus::Done;
        after = record.position;
      }
    }
    if (std::fflush(stdout) != 0 || !flags.follow || stopped != 0) return ExitStatus::Done;
    std::this_thread::sleep_for(kFollowEvery);
    if (auto caught = store->catch_up(); !caught) return fail(ExitStatus::StoreRefuses, caught.error());
  }
}

ExitStatus print_remote(Remote& remote, const EventFlags& flags, const EnvelopePrinter& printer) {
  std::uint64_t after = flags.after;
  while (stopped == 0) {
    const int wait = flags.follow ? 20 : 0;
    const auto page = remote.events(after, flags.type, wait);
    if (!page) return fail(page.error());
    for (const std::string& envelope : page->envelopes) {
      if (!printer.print(envelope)) return ExitStatus::Done;
    }
    if (std::fflush(stdout) != 0) return ExitStatus::Done;
    const bool at_head = page->scanned_to == after;
    after = page->scanned_to;
    if (at_head && !flags.follow) break;
  }
  return ExitStatus::Done;
}

// A type that no event has would print nothing, for ever with --follow.
std::expected<void, platform::Failure> check_type(const std::string& type) {
  std::vector<std::string> names;
  domain::for_each_event([&names]<class E>() { names.emplace_back(E::kInfo.name); });
  if (type.empty() || std::ranges::find(names, type) != names.end()) return {};
  const auto near = platform::near_name(type, names);
  std::string sentence = "there is no type of event \"" + type + "\"";
  sentence += near ? "; did you mean " + *near + "?" : "; docs/reference/events.md has them all";
  return std::unexpected(platform::Failure{platform::Failure::Kind::Invalid, std::move(sentence)});
}

ExitStatus run_events(const CommandLine& line, const EventFlags& flags) {
  std::optional<domain::Subject> subject;
  if (!flags.account.empty()) {
    subject = domain::Subject::parse(flags.account);
    if (!subject) {
      return fail(ExitStatus::WrongUse, {platform::Failure::Kind::Invalid,
                                         "--account wants an id such as acc_…, or visitor, policy or service"});
    }
  }
  if (const auto known = check_type(flags.type); !known) return fail(ExitStatus::WrongUse, known.error());
  struct sigaction action{};
  action.sa_handler = stop_following;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  const EnvelopePrinter printer{flags, subject};
  if (line.flags().url) {
    auto remote = Remote::connect(*line.flags().url);
    if (!remote) return fail(remote.error());
    return print_remote(*remote, flags, printer);
  }
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  return print_local(settings->values, flags, printer);
}

}  // namespace

void add_events(CommandLine& line) {
  const auto flags = std::make_shared<EventFlags>();
  Command command = line.add("events", "print events, one canonical envelope a line", Reach::Service,
                             [&line, flags] { return run_events(line, *flags); });
  command.option("--after", &flags->after, "N", "only events after this position");
  command.option("--account", &flags->account, "ID", "only this account's stream; also visitor, policy, service");
  command.option("--type", &flags->type, "T", "only this type, such as login.completed");
  command.flag("--follow", flags->follow, "go on as events happen, until Ctrl-C");
}

}  // namespace tweestap::app
