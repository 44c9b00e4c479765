#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/local_store.h"
#include "app/remote.h"
#include "app/stopped_service.h"
#include "http/routes/staff_policy.h"
#include "platform/settings/nearest.h"
#include "projections/moment.h"

namespace tweestap::app {
namespace {

using nlohmann::ordered_json;
using platform::Failure;

constexpr const char* kPolicyInstead = "PUT /v1/policy on the staff listener, with an admin key";
// Rule ADM-3: whoever took over one admin, or a key, could do alone what wants two.
constexpr const char* kStopFirst = "stop it first, for no key and no session may end four_eyes";

// What each takes on the command line: for --help, and for whoever typed something else. Whether a value is right is
// the route's rule.
struct PolicyName {
  std::string_view name;
  std::string_view takes;
};
constexpr std::array kPolicyNames{
    PolicyName{"two_step_mandatory_from", "a time such as 2026-03-15T00:00:00Z, or nothing: from no date on"},
    PolicyName{"methods", "totp, sms or totp,sms"},
    PolicyName{"remember_durations", "one or more of never, 12h, 3d and 1w, with commas between them"},
    PolicyName{"four_eyes", "true or false"},
    PolicyName{"sms_countries",
               "countries as two capital letters (ISO 3166-1), with commas between them, such as NL,BE, or nothing: "
               "to no country, so that no code goes by SMS at all"},
};

void show_policy(const CommandLine& line, const ordered_json& policy) {
  if (line.flags().json) {
    std::cout << policy.dump() << "\n";
    return;
  }
  for (const auto& [name, value] : policy.items()) {
    std::cout << name << " = " << (value.is_string() ? value.get<std::string>() : value.dump()) << "\n";
  }
}

ExitStatus run_show(const CommandLine& line) {
  if (line.flags().url) {
    auto remote = Remote::connect(*line.flags().url);
    if (!remote) return fail(remote.error());
    const auto policy = remote->get("/v1/policy");
    if (!policy) return fail(policy.error());
    show_policy(line, *policy);
    return ExitStatus::Done;
  }
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const auto store = LocalStore::open(settings->values);
  if (!store) return fail(ExitStatus::StoreRefuses, store.error());
  projections::Moment moment{store->reader()};
  const auto policy = moment.policy();
  if (!policy) return fail(ExitStatus::StoreRefuses, policy.error());
  show_policy(line, ordered_json::parse(http::policy_json(*policy)));
  return ExitStatus::Done;
}

// NAME=VALUE as the member that PUT /v1/policy takes, so that both have the same rules. Nothing behind the sign is null
// for the date and an empty list for the others, of which only the countries may be empty.
ordered_json member_of(std::string_view name, std::string_view value) {
  if (name == "two_step_mandatory_from") return value.empty() || value == "null" ? ordered_json{} : ordered_json(value);
  if (value == "true") return true;
  if (value == "false") return false;
  ordered_json list = ordered_json::array();
  while (!value.empty()) {
    const std::size_t comma = value.find(',');
    list.push_back(value.substr(0, comma));
    value = comma == std::string_view::npos ? "" : value.substr(comma + 1);
  }
  return list;
}

Failure no_such_policy(const std::string& name) {
  std::vector<std::string> names;
  std::string all;
  for (const PolicyName& one : kPolicyNames) {
    names.emplace_back(one.name);
    all.append(all.empty() ? "" : ", ").append(one.name);
  }
  const auto near = platform::near_name(name, names);
  const std::string meant = near ? "; did you mean " + *near + "?" : ".";
  return {Failure::Kind::Invalid, "there is no policy \"" + name + "\"" + meant + " There are: " + all};
}

std::expected<domain::SetPolicy, Failure> change_of(const std::vector<std::string>& assignments) {
  const auto invalid = [](std::string sentence) {
    return std::unexpected(Failure{Failure::Kind::Invalid, std::move(sentence)});
  };
  ordered_json body = ordered_json::object();
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) return invalid("policy set wants NAME=VALUE, and not \"" + assignment + "\"");
    const std::string name = assignment.substr(0, equals);
    if (std::ranges::find(kPolicyNames, name, &PolicyName::name) == kPolicyNames.end()) {
      return std::unexpected(no_such_policy(name));
    }
    body[name] = member_of(name, std::string_view{assignment}.substr(equals + 1));
  }
  // Bytes that are no text are no value of any policy either, and dump() would throw.
  const std::string json = body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
  auto change = http::policy_from_json(json, domain::System{});
  if (!change) {
    const std::string& member = change.error().member;
    const auto known = std::ranges::find(kPolicyNames, member, &PolicyName::name);
    if (known == kPolicyNames.end()) return invalid("the policy cannot be that: " + member);
    return invalid(member + " takes " + std::string{known->takes});
  }
  change->service_stopped = true;
  return std::move(*change);
}

ExitStatus run_set(const CommandLine& line, const std::vector<std::string>& assignments) {
  const auto change = change_of(assignments);
  if (!change) return fail(ExitStatus::WrongUse, change.error());
  const auto settings = line.settings();
  if (!settings) return fail(ExitStatus::WrongUse, settings.error());
  const char* instead = change->four_eyes == false ? kStopFirst : kPolicyInstead;
  return on_stopped_service(settings->values, instead, [&](Core& core) {
    const auto changed = core.run(*change);
    if (!changed) return fail(ExitStatus::StoreRefuses, changed.error());
    if (!*changed) return refused(changed->error());
    show_policy(line, ordered_json::parse(http::policy_json(std::get<domain::PolicyState>(**changed))));
    return ExitStatus::Done;
  });
}

std::string help_of_assignments() {
  std::string help = "NAME=VALUE, one or more.";
  for (const PolicyName& one : kPolicyNames)
    help.append(" ").append(one.name).append(": ").append(one.takes).append(".");
  return help;
}

}  // namespace

void add_policy(CommandLine& line) {
  const Command group = line.group("policy", "what the organisation decides for everybody");
  line.add(group, "show", "print the policy", Reach::Service, [&line] { return run_show(line); });
  const auto assignments = std::make_shared<std::vector<std::string>>();
  line.add(group, "set", "change it, on a stopped service; an event like any other change", Reach::FolderOnly,
           [&line, assignments] { return run_set(line, *assignments); })
      // CLI11 2.4 refuses a name with "=", and with it the whole program.
      .argument("ASSIGNMENT", assignments.get(), help_of_assignments());
}

}  // namespace tweestap::app
