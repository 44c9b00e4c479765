#include "projections/queries/history.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/account_argument.h"
#include "app/command_line.h"
#include "app/local_store.h"
#include "app/remote.h"
#include "domain/time.h"
#include "eventstore/envelope.h"
#include "http/routes/event_text.h"
#include "http/texts.h"

namespace tweestap::app {
namespace {

using nlohmann::ordered_json;
using projections::HistoryEvent;

constexpr std::size_t kPage = 500;

struct HistoryFlags {
  std::string who;
  std::string from;
  std::string to;
};

struct Window {
  std::optional<domain::Time> from;  // not earlier
  std::optional<domain::Time> to;    // not later
};

ExitStatus wrong_time(const char* flag, const std::string& text) {
  return fail(ExitStatus::WrongUse,
              {platform::Failure::Kind::Invalid,
               std::string{flag} + " wants a time such as 2026-03-15T08:30:00Z, and not \"" + text + "\""});
}

// Where a login came from; sealed without the key-encryption key.
struct Origin {
  std::string address;
  std::string user_agent;
};
Origin origin_of(const HistoryEvent& one) {
  Origin origin;
  const auto take = [&origin](const auto& event) {
    origin.address = event.address.value_or("");
    origin.user_agent = event.user_agent.value_or("");
  };
  if (const auto* started = std::get_if<domain::LoginStarted>(&one.event)) take(*started);
  if (const auto* completed = std::get_if<domain::LoginCompleted>(&one.event)) take(*completed);
  return origin;
}

class HistoryPrinter {
 public:
  HistoryPrinter(const http::Texts& texts, http::Language language, bool json)
      : texts_(texts), language_(language), json_(json) {}

  void print(const HistoryEvent& one) const {
    const Origin origin = origin_of(one);
    const std::string_view text = http::event_text(texts_, language_, one.event);
    if (json_) {
      ordered_json line{{"at", domain::rfc3339(one.time)},
                        {"type", domain::info_of(one.event).name},
                        {"text", text},
                        {"position", one.position}};
      if (!origin.address.empty()) line["address"] = origin.address;
      if (!origin.user_agent.empty()) line["user_agent"] = origin.user_agent;
      if (one.personal == projections::Personal::Sealed) line["personal"] = "sealed";
      std::cout << line.dump() << "\n";
    } else {
      std::cout << domain::rfc3339(one.time).substr(0, 19) << "Z  " << text;
      if (!origin.address.empty()) std::cout << "  (" << origin.address << ")";
      std::cout << "\n";
    }
  }

 private:
  const http::Texts& texts_;
  http::Language language_;
  bool json_;
};

ExitStatus print_history(const LocalStore& store, const domain::AccountId& account, const Window& window,
                         const HistoryPrinter& printer) {
  std::uint64_t before = 0;
  while (true) {
    const auto page = projections::history(store.reader().log(), account, before, kPage, &store.keys());
    if (!page) return fail(ExitStatus::StoreRefuses, page.error());
    for (const HistoryEvent& one : page->events) {
      if (window.from && one.time < *window.from) return ExitStatus::Done;  // newest first: all that follow are older
      if (!window.to || one.time <= *window.to) printer.print(one);
    }
    if (!page->before) return ExitStatus::Done;
    before = *page->before;
  }
}

// Without what is personal: a key is shown none of it.
std::expected<HistoryEvent, platform::Failure> event_of(std::string_view bytes) {
  auto envelope = eventstore::decode(bytes);
  if (!envelope) return std::unexpected(std::move(envelope.error()));
  return HistoryEvent{
      envelope->position,     envelope->version,
      envelope->time,         std::move(envelope->event),
      envelope->actor,        envelope->correlation,
      envelope->on_behalf_of, envelope->sealed_personal ? projections::Personal::Closed : projections::Personal::None};
}

// The service gives the oldest first, and people read the newest first: so all of it is kept, about half a KiB an
// event.
ExitStatus print_remote(Remote& remote, const domain::AccountId& account, const Window& window,
                        const HistoryPrinter& printer) {
  std::string filter;
  if (window.from) filter += "&from=" + domain::rfc3339_us(*window.from);
  if (window.to) filter += "&to=" + domain::rfc3339_us(*window.to);
  std::vector<HistoryEvent> events;
  for (std::uint64_t after = 0;;) {
    const auto page = remote.audit_events(account, after, filter);
    if (!page) return fail(page.error());
    for (const std::string& envelope : page->envelopes) {
      auto event = event_of(envelope);
      if (!event) return fail(ExitStatus::NotReachable, event.error());
      events.push_back(*std::move(event));
    }
    if (page->envelopes.empty()) break;
    after = page->scanned_to;
  }
  for (auto one = events.rbegin(); one != events.rend(); ++one) printer.print(*one);
  return ExitStatus::Done;
}

ExitStatus run_history(const CommandLine& line, const HistoryFlags& flags) {
  Window window;
  if (!flags.from.empty() && !(window.from = domain::parse_rfc3339(flags.from)))
    return wrong_time("--from", flags.from);
  if (!flags.to.empty() && !(window.to = domain::parse_rfc3339(flags.to))) return wrong_time("--to", flags.to);
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const auto texts = http::Texts::load(settings->values.organisation_language);
  if (!texts) return fail(ExitStatus::WrongUse, texts.error());
  const auto language = line.flags().lang.empty() ? texts->fallback() : texts->named(line.flags().lang);
  if (!language) return fail(ExitStatus::WrongUse, {platform::Failure::Kind::Invalid, "--lang is nl or en"});
  const HistoryPrinter printer{*texts, *language, line.flags().json};
  if (line.flags().url) {
    const auto account = remote_account(flags.who);
    if (!account) return fail(account.error());
    auto remote = Remote::connect(*line.flags().url);
    return remote ? print_remote(*remote, *account, window, printer) : fail(remote.error());
  }
  const auto store = LocalStore::open(settings->values);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  const auto account = find_account(*store, flags.who);
  if (!account) return fail(account.error());
  return print_history(*store, *account, window, printer);
}

}  // namespace

void add_history(CommandLine& line) {
  const auto flags = std::make_shared<HistoryFlags>();
  Command command = line.add("history", "what happened to one account, in words, newest first", Reach::Service,
                             [&line, flags] { return run_history(line, *flags); });
  command.argument("ACCOUNT_OR_IDENTIFIER", &flags->who, "acc_…, or an e-mail address (not with --url)");
  command.option("--from", &flags->from, "T", "nothing earlier");
  command.option("--to", &flags->to, "T", "nothing later");
}

}  // namespace tweestap::app
