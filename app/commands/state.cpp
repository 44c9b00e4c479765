#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/account_argument.h"
#include "app/command_line.h"
#include "app/local_store.h"
#include "domain/evolve.h"
#include "domain/login/login.h"
#include "domain/time.h"
#include "eventstore/envelope.h"
#include "eventstore/opened.h"
#include "projections/queries/state_at.h"

namespace tweestap::app {
namespace {

using domain::AccountState;
using nlohmann::ordered_json;
using platform::Failure;

std::optional<projections::Until> parse_at(const std::string& text) {
  if (const auto time = domain::parse_rfc3339(text)) return *time;
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || end != text.data() + text.size() || position == 0) return std::nullopt;
  return position;
}

// The organisation's date is part of what an account's state means, so its policy is taken as of the same moment.
std::expected<domain::PolicyState, Failure> policy_at(const eventstore::Log& log, const projections::Until& until) {
  domain::PolicyState policy;
  while (true) {
    const auto page = log.stream(domain::kPolicy, policy.version);
    if (!page) return std::unexpected(page.error());
    for (const auto& record : *page) {
      const auto envelope = eventstore::decode(record.envelope);
      if (!envelope) return std::unexpected(envelope.error());
      const auto* position = std::get_if<std::uint64_t>(&until);
      const bool later =
          position != nullptr ? envelope->position > *position : envelope->time > std::get<domain::Time>(until);
      if (later) return policy;
      if (!domain::fold(policy, envelope->event, {envelope->position, envelope->version, envelope->time})) {
        return std::unexpected(Failure{Failure::Kind::Damaged, "the policy's stream has an event of another stream"});
      }
    }
    if (page->empty()) return policy;
  }
}

// A personal member, or "sealed" where there is no key to open it with.
std::expected<std::string, Failure> personal(const LocalStore& store, std::uint64_t position,
                                             const std::function<std::string(const domain::Event&)>& member) {
  const auto record = store.reader().log().at(position);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::unexpected(Failure{Failure::Kind::Damaged, "the state names an event that is not there"});
  auto envelope = eventstore::decode((*record)->envelope);
  if (!envelope) return std::unexpected(envelope.error());
  const auto opened =
      eventstore::open_members(store.reader().log(), store.keys(), eventstore::SealedClass::Personal, *envelope);
  if (opened) return member(envelope->event);
  if (opened.error().why == eventstore::NoKeys::Failed) return std::unexpected(opened.error().failure);
  return "sealed";
}

std::string identifier_in(const domain::Event& event) {
  const auto* registered = std::get_if<domain::AccountRegistered>(&event);
  return registered != nullptr ? registered->identifier : std::string{};
}

std::string display_name_in(const domain::Event& event) {
  if (const auto* registered = std::get_if<domain::AccountRegistered>(&event))
    return registered->display_name.value_or("");
  if (const auto* changed = std::get_if<domain::ProfileChanged>(&event)) return changed->display_name.value_or("");
  return {};
}

ordered_json two_step_json(const AccountState& state, const domain::PolicyState& policy, domain::Time at) {
  ordered_json out{{"enabled", state.two_step.has_value()}};
  if (state.two_step) {
    out["method"] = domain::name_of(state.two_step->method);
    out["recovery_codes_left"] = state.recovery ? state.recovery->left() : 0;
    out["recovery_codes_acknowledged"] = state.recovery && state.recovery->acknowledged;
  }
  if (const auto from = domain::mandatory_from(state, policy)) out["mandatory_from"] = domain::rfc3339(*from);
  if (state.lock.holds(at) && state.lock.until) out["locked_until"] = domain::rfc3339(*state.lock.until);
  if (state.lock.holds(at) && state.lock.for_good) out["locked"] = true;
  return out;
}

template <class List>
ordered_json live_ids(const List& list, domain::Time at) {
  ordered_json ids = ordered_json::array();
  for (const auto& one : list) {
    if (!one.is_over(at)) ids.push_back(one.id.text());
  }
  return ids;
}

std::expected<ordered_json, Failure> state_json(const LocalStore& store, const domain::AccountId& account,
                                                const projections::StateAt& found, const domain::PolicyState& policy) {
  const AccountState& state = found.state;
  ordered_json out{{"account", account.text()}};
  auto identifier = personal(store, state.profile.identifier_position, identifier_in);
  if (!identifier) return std::unexpected(identifier.error());
  out["identifier"] = *identifier;
  if (state.profile.display_name_position != 0) {
    auto name = personal(store, state.profile.display_name_position, display_name_in);
    if (!name) return std::unexpected(name.error());
    out["display_name"] = *name;
  }
  out["language"] = state.profile.language;
  out["roles"] = ordered_json::array();
  for (const auto role : state.profile.roles.values()) out["roles"].push_back(domain::name_of(role));
  out["two_step"] = two_step_json(state, policy, found.judged_at);
  out["disabled"] = state.profile.disabled;
  out["failures_in_a_row"] = state.lock.failures;
  out["logins"] = live_ids(state.logins, found.judged_at);
  out["sessions"] = live_ids(state.sessions, found.judged_at);
  out["devices"] = live_ids(state.devices, found.judged_at);
  return out;
}

void print_for_people(const ordered_json& value, const std::string& prefix) {
  for (const auto& [name, member] : value.items()) {
    if (member.is_object()) {
      print_for_people(member, prefix + name + ".");
    } else {
      std::cout << prefix << name << ": " << (member.is_string() ? member.get<std::string>() : member.dump()) << "\n";
    }
  }
}

ExitStatus run_state(const CommandLine& line, const std::string& who, const std::string& at_text) {
  const auto until = parse_at(at_text);
  if (!until) {
    return fail(ExitStatus::WrongUse,
                {Failure::Kind::Invalid, "--at wants a time such as 2026-03-15T08:30:00Z, or a position"});
  }
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const auto store = LocalStore::open(settings->values);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  const auto account = find_account(*store, who);
  if (!account) return fail(account.error());
  const auto found = projections::state_at(store->reader().log(), *account, *until);
  if (!found) return fail(ExitStatus::StoreRefuses, found.error());
  if (!found->state.exists()) {
    return fail(ExitStatus::No, {Failure::Kind::Invalid, "the account was not there yet at that moment"});
  }
  const auto policy = policy_at(store->reader().log(), *until);
  if (!policy) return fail(ExitStatus::StoreRefuses, policy.error());
  const auto state = state_json(*store, *account, *found, *policy);
  if (!state) return fail(ExitStatus::StoreRefuses, state.error());
  const ordered_json out{{"account", account->text()}, {"position", found->position}, {"state", *state}};
  if (line.flags().json) {
    std::cout << out.dump() << "\n";
  } else {
    std::cout << "position: " << found->position << "\n";
    print_for_people(*state, "");
  }
  return ExitStatus::Done;
}

}  // namespace

void add_state(CommandLine& line) {
  const auto who = std::make_shared<std::string>();
  const auto at = std::make_shared<std::string>();
  Command command = line.add("state", "one account's state at a moment of the past, folded from its events",
                             Reach::FolderOnly, [&line, who, at] { return run_state(line, *who, *at); });
  command.argument("ACCOUNT", who.get(), "acc_…, or an e-mail address");
  command.option("--at", at.get(), "T|N", "a time (the last event not later) or a position of the log", Need::Required);
}

}  // namespace tweestap::app
