#include "http/routes/state_json.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "http/json_writer.h"
#include "http/routes/account_view.h"

namespace tweestap::http {
namespace {

// The account object's, and what only somebody who looks into the past asks for. Personal ones are not always there.
constexpr auto kStateMembers = [] {
  std::array<AnswerMember, std::size(kAccountMembers) + 5> members{};
  std::ranges::copy(kAccountMembers, members.begin());
  for (AnswerMember& member : members) {
    if (member.name == "identifier") member = {"identifier", AnswerType::String, false, "The e-mail address."};
  }
  constexpr AnswerMember kMore[] = {
      {"disabled", AnswerType::Boolean, true, "Whether staff had closed the account."},
      {"failures_in_a_row", AnswerType::Integer, true, "Second-step failures."},
      {"logins", AnswerType::Strings, true, "Ids of the logins that waited for something."},
      {"sessions", AnswerType::Strings, true, "Ids of the live sessions."},
      {"devices", AnswerType::Strings, true, "Ids of the devices that skipped the second step."},
  };
  std::ranges::copy(kMore, members.begin() + std::size(kAccountMembers));
  return members;
}();
constexpr AnswerShape kStateShape{"AccountState", kStateMembers};
constexpr AnswerMember kAnswerMembers[] = {
    {"account", AnswerType::String, true, "The account's id."},
    {"position", AnswerType::Integer, true, "The last position of the log that counts."},
    {"state", AnswerType::Object, true, "What the account was.", &kStateShape},
};

template <class List>
void write_live_ids(JsonWriter& json, std::string_view name, const List& list, domain::Time at) {
  json.member_array(name);
  for (const auto& one : list) {
    if (!one.is_over(at)) json.string(one.id.text());
  }
  json.end_array();
}

}  // namespace

const AnswerShape kStateAnswerShape{"AccountStateAt", kAnswerMembers};

std::expected<std::string, platform::Failure> state_json(const eventstore::Log& log, const eventstore::KeyRing* keys,
                                                         const domain::AccountId& account,
                                                         const projections::StateAt& found,
                                                         const domain::Rules& rules) {
  const domain::AccountState& state = found.state;
  const AccountAt at{
      .account = account, .state = state, .policy = found.policy, .rules = rules, .now = found.judged_at};
  AccountView view = view_without_personal(at);
  if (keys != nullptr) {
    auto opened = view_account(log, *keys, at);
    if (!opened) return std::unexpected(std::move(opened.error()));
    view = std::move(*opened);
  }
  JsonWriter json;
  json.begin_object().member("account", account.text()).member("position", found.position).member_object("state");
  write_account_members(json, view);
  json.member("disabled", view.disabled).member("failures_in_a_row", state.lock.failures);
  write_live_ids(json, "logins", state.logins, found.judged_at);
  write_live_ids(json, "sessions", state.sessions, found.judged_at);
  write_live_ids(json, "devices", state.devices, found.judged_at);
  json.end_object().end_object();
  return json.take();
}

}  // namespace tweestap::http
