#include <iostream>
#include <nlohmann/json.hpp>

#include "app/account_argument.h"
#include "app/command_line.h"
#include "app/local_store.h"
#include "app/remote.h"
#include "http/routes/state_json.h"
#include "http/services.h"
#include "projections/queries/state_at.h"

namespace tweestap::app {
namespace {

using nlohmann::ordered_json;
using platform::Failure;

void print_for_people(const ordered_json& value, const std::string& prefix) {
  for (const auto& [name, member] : value.items()) {
    if (member.is_object()) {
      print_for_people(member, prefix + name + ".");
    } else {
      std::cout << prefix << name << ": " << (member.is_string() ? member.get<std::string>() : member.dump()) << "\n";
    }
  }
}

ExitStatus print_state(const CommandLine& line, const ordered_json& answer) {
  if (line.flags().json) {
    std::cout << answer.dump() << "\n";
    return ExitStatus::Done;
  }
  for (const char* member : {"position", "state"}) {
    if (!answer.contains(member)) return fail(ExitStatus::NotReachable, {Failure::Kind::Invalid, "no state came back"});
  }
  std::cout << "position: " << answer["position"].dump() << "\n";
  print_for_people(answer["state"], "");
  return ExitStatus::Done;
}

ExitStatus print_served_state(const CommandLine& line, const std::string& who, const projections::Until& until) {
  const auto account = remote_account(who);
  if (!account) return fail(account.error());
  auto remote = Remote::connect(*line.flags().url);
  if (!remote) return fail(remote.error());
  const auto* time = std::get_if<domain::Time>(&until);
  const std::string at = time != nullptr ? domain::rfc3339_us(*time) : std::to_string(std::get<std::uint64_t>(until));
  const auto answer = remote->get("/v1/audit/accounts/" + account->text() + "/state?at=" + at);
  if (!answer) return fail(answer.error());
  return print_state(line, *answer);
}

ExitStatus print_stored_state(const CommandLine& line, const std::string& who, const projections::Until& until) {
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const auto store = LocalStore::open(settings->values);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  const auto account = find_account(*store, who);
  if (!account) return fail(account.error());
  const eventstore::Log& log = store->reader().log();
  const auto found = projections::state_at(log, *account, until);
  if (!found) return fail(ExitStatus::StoreRefuses, found.error());
  if (!found->state.exists()) {
    return fail(ExitStatus::No, {Failure::Kind::Invalid, "the account was not there yet at that moment"});
  }
  const auto state = http::state_json(log, &store->keys(), *account, *found, http::domain_rules(settings->values));
  if (!state) return fail(ExitStatus::StoreRefuses, state.error());
  return print_state(line, ordered_json::parse(*state));
}

ExitStatus run_state(const CommandLine& line, const std::string& who, const std::string& at) {
  const auto until = projections::parse_until(at);
  if (!until) {
    return fail(ExitStatus::WrongUse,
                {Failure::Kind::Invalid, "--at wants a time such as 2026-03-15T08:30:00Z, or a position"});
  }
  return line.flags().url ? print_served_state(line, who, *until) : print_stored_state(line, who, *until);
}

}  // namespace

void add_state(CommandLine& line) {
  const auto who = std::make_shared<std::string>();
  const auto at = std::make_shared<std::string>();
  Command command = line.add("state", "one account's state at a moment of the past, folded from its events",
                             Reach::Service, [&line, who, at] { return run_state(line, *who, *at); });
  command.argument("ACCOUNT", who.get(), "acc_…, or an e-mail address (not with --url)");
  command.option("--at", at.get(), "T|N", "a time (the last event not later) or a position of the log", Need::Required);
}

}  // namespace tweestap::app
