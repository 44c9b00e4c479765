// Every route with every kind of caller: who gets in, who is told what instead (SES-1, ADM-2).
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/tokens.h"
#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using domain::Role;

// Who may use a route, on each listener: letters of kCallers below. "" is nobody, "-" that there is no such route,
// "*" everybody.
struct Expectation {
  std::string_view route;
  std::string_view on_public;
  std::string_view on_staff;
};

// A caller: what it has, and what it hears where it may not come in. A caller of the right kind with the wrong role is
// `forbidden`; a token of another kind, of the other listener, or none is `session_required`.
enum class Kind { Nobody, Login, Session, Key, Over };
struct CallerKind {
  char letter;
  std::string_view name;
  Kind kind;
};
constexpr CallerKind kCallers[] = {
    {'n', "nobody", Kind::Nobody},
    {'x', "a token that never was", Kind::Nobody},
    {'o', "a session that is over", Kind::Over},
    {'c', "a login that waits for a code", Kind::Login},
    {'e', "a login that waits for an enrolment", Kind::Login},
    {'p', "a person's session", Kind::Session},
    {'h', "a helpdesk session", Kind::Session},
    {'a', "an admin session", Kind::Session},
    {'u', "an auditor session", Kind::Session},
    {'H', "a helpdesk key", Kind::Key},
    {'A', "an admin key", Kind::Key},
    {'U', "an auditor key", Kind::Key},
    {'F', "a front end's key", Kind::Key},
    {'S', "a stream key", Kind::Key},
};

// Sessions of a listener are `phau`; a person has none on staff's.
constexpr Expectation kTable[] = {
    {"GET /health/live", "*", "*"},
    {"GET /health/ready", "-", "*"},
    {"GET /metrics", "-", "*"},
    {"GET /openapi.json", "*", "*"},
    {"POST /v1/logins", "*", "*"},
    {"GET /v1/logins/current", "ce", "ce"},
    {"DELETE /v1/logins/current", "ce", "ce"},
    {"POST /v1/logins/current/code", "c", "c"},
    {"POST /v1/logins/current/recovery-code", "c", "c"},
    {"POST /v1/logins/current/sms", "c", "c"},
    {"GET /v1/session", "phau", "hau"},
    {"DELETE /v1/session", "phau", "hau"},
    {"DELETE /v1/sessions", "phau", "hau"},
    {"POST /v1/session/step-up", "phau", "hau"},
    {"POST /v1/session/step-up/code", "phau", "hau"},
    {"GET /v1/account", "phau", "hau"},
    {"PATCH /v1/account", "phau", "hau"},
    {"POST /v1/account/password", "phau", "hau"},
    {"POST /v1/account/enrolments", "ephau", "ehau"},
    {"GET /v1/account/enrolments/{enrolment}", "ephau", "ehau"},
    {"PATCH /v1/account/enrolments/{enrolment}", "ephau", "ehau"},
    {"POST /v1/account/enrolments/{enrolment}/sms", "ephau", "ehau"},
    {"DELETE /v1/account/enrolments/{enrolment}", "ephau", "ehau"},
    {"POST /v1/account/enrolments/{enrolment}/code", "ephau", "ehau"},
    {"POST /v1/account/recovery-codes/acknowledge", "phau", "hau"},
    {"POST /v1/account/recovery-codes", "phau", "hau"},
    {"DELETE /v1/account/two-step", "phau", "hau"},
    {"POST /v1/account/two-step/deferrals", "phau", "hau"},
    {"PUT /v1/account/remember", "phau", "hau"},
    {"GET /v1/account/devices", "phau", "hau"},
    {"DELETE /v1/account/devices", "phau", "hau"},
    {"DELETE /v1/account/devices/{device}", "phau", "hau"},
    {"GET /v1/account/history", "phau", "hau"},
    {"POST /v1/app/devices/challenges", "phau", "-"},
    {"POST /v1/app/devices", "phau", "-"},
    {"GET /v1/app/devices", "phau", "-"},
    {"DELETE /v1/app/devices/{app_device}", "phau", "-"},
    {"POST /v1/app/challenges", "*", "-"},
    {"POST /v1/app/logins", "*", "-"},
    {"POST /v1/introspect", "F", "-"},
    {"POST /v1/accounts", "-", "aA"},
    {"POST /v1/accounts/lookup", "-", "haHA"},
    {"GET /v1/accounts/{account}", "-", "haHA"},
    {"POST /v1/accounts/{account}/unlock", "-", "haHA"},
    {"POST /v1/accounts/{account}/disable", "-", "aA"},
    {"POST /v1/accounts/{account}/enable", "-", "aA"},
    {"PUT /v1/accounts/{account}/mandatory-from", "-", "aA"},
    {"GET /v1/policy", "-", "aA"},
    {"PUT /v1/policy", "-", "aA"},
    {"GET /v1/policy/preview", "-", "aA"},
    {"POST /v1/api-keys", "-", "aA"},
    {"GET /v1/api-keys", "-", "aA"},
    {"DELETE /v1/api-keys/{api_key}", "-", "aA"},
    {"GET /v1/events", "-", "uUS"},
    {"GET /v1/status", "-", "aA"},
};

std::string_view verb_of(const Route& route) {
  switch (route.verb.value) {
    case VerbName::Get:
    case VerbName::GetAndHead:
      return "GET";
    case VerbName::Post:
      return "POST";
    case VerbName::Put:
      return "PUT";
    case VerbName::Patch:
      return "PATCH";
    case VerbName::Delete:
      return "DELETE";
  }
  return "";
}

std::string name_of(const Route& route) { return std::string{verb_of(route)} + " " + std::string{route.path.text}; }

Method method_of(const Route& route) {
  switch (route.verb.value) {
    case VerbName::Get:
    case VerbName::GetAndHead:
      return Method::Get;
    case VerbName::Post:
      return Method::Post;
    case VerbName::Put:
      return Method::Put;
    case VerbName::Patch:
      return Method::Patch;
    case VerbName::Delete:
      return Method::Delete;
  }
  return Method::Other;
}

// Nobody's resources, so that a caller who gets in changes nothing that the next one needs.
std::string target_of(const Route& route) {
  std::string target{route.path.text};
  const std::pair<std::string_view, std::string_view> kValues[] = {
      {"{account}", "acc_00000000000000000000000009"},
      {"{enrolment}", "enr_00000000000000000000000009"},
      {"{api_key}", "apk_00000000000000000000000009"},
      {"{device}", "dev_00000000000000000000000009"},
      {"{app_device}", "app_00000000000000000000000009"},
  };
  for (const auto& [name, value] : kValues) {
    if (const std::size_t at = target.find(name); at != std::string::npos) target.replace(at, name.size(), value);
  }
  return target;
}

// A body that is read, so that authentication comes next.
std::string body_of(const Route& route) {
  nlohmann::json body = nlohmann::json::object();
  for (const Member& member : route.body.members) {
    if (member.presence != Presence::Required) continue;
    switch (member.type) {
      case MemberType::String:
      case MemberType::Secret:
        body[std::string{member.name}] = "x";
        break;
      case MemberType::Boolean:
        body[std::string{member.name}] = true;
        break;
      case MemberType::Integer:
        body[std::string{member.name}] = 1;
        break;
      case MemberType::Strings:
        body[std::string{member.name}] = nlohmann::json::array();
        break;
      case MemberType::Jwk:
        body[std::string{member.name}] = {{"kty", "EC"}, {"crv", "P-256"}, {"x", "x"}, {"y", "y"}};
        break;
      case MemberType::Time:
        body[std::string{member.name}] = "2027-01-01T00:00:00Z";
        break;
    }
  }
  return body.empty() ? "" : body.dump();
}

class Callers {
 public:
  explicit Callers(StaffService& service) : service_(service) {
    person_ = service.account("person@example.org");
    enrols_ = service.account("enrols@example.org", {Role::Helpdesk});
    helpdesk_ = service.account("helpdesk@example.org", {Role::Person, Role::Helpdesk});
    admin_ = service.account("admin@example.org", {Role::Admin});
    auditor_ = service.account("auditor@example.org", {Role::Auditor});
    for (const auto& account : {helpdesk_, admin_, auditor_}) (void)service.session(account, domain::Listener::Staff);
    for (const KeyRole role :
         {KeyRole::Helpdesk, KeyRole::Admin, KeyRole::Auditor, KeyRole::Frontend, KeyRole::Stream}) {
      keys_[role] = service.key(role);
    }
  }

  // A new token each time: some routes end it.
  std::string token(char letter, domain::Listener listener) {
    switch (letter) {
      case 'n':
        return "";
      case 'x':
        return "sst_" + std::string(43, 'A');
      case 'o': {
        const std::string token = service_.session(helpdesk_, listener);
        const ListenerKind kind = listener == domain::Listener::Public ? ListenerKind::Public : ListenerKind::Staff;
        EXPECT_EQ(
            service_.ask({.method = Method::Delete, .target = "/v1/session", .token = token, .listener = kind}).status,
            204);
        return token;
      }
      case 'c':
        return service_.pending_login(helpdesk_, listener);
      case 'e':
        // On the public listener nobody has to enrol here; the login of staff's listener is a token of another one.
        return service_.pending_login(enrols_, domain::Listener::Staff);
      case 'p':
        return service_.session(person_, domain::Listener::Public);
      case 'h':
        return service_.session(helpdesk_, listener);
      case 'a':
        return service_.session(admin_, listener);
      case 'u':
        return service_.session(auditor_, listener);
      case 'H':
        return keys_.at(KeyRole::Helpdesk);
      case 'A':
        return keys_.at(KeyRole::Admin);
      case 'U':
        return keys_.at(KeyRole::Auditor);
      case 'F':
        return keys_.at(KeyRole::Frontend);
      default:
        return keys_.at(KeyRole::Stream);
    }
  }

 private:
  StaffService& service_;
  domain::AccountId person_, enrols_, helpdesk_, admin_, auditor_;
  std::map<KeyRole, std::string> keys_;
};

bool takes_sessions(std::string_view letters) { return letters.find_first_of("phau") != std::string_view::npos; }
bool takes_keys(std::string_view letters) { return letters.find_first_of("HAUFS") != std::string_view::npos; }

// What somebody hears who is not let in; empty: somebody who is.
std::string_view refusal_of(const CallerKind& caller, std::string_view letters, ListenerKind listener) {
  if (letters == "*") return "";
  // The token is one of the other listener, which is no token here.
  if (caller.letter == 'p' && listener == ListenerKind::Staff) return "session_required";
  if (caller.letter == 'e' && listener == ListenerKind::Public) return "session_required";
  if (letters.contains(caller.letter)) return "";
  switch (caller.kind) {
    case Kind::Nobody:
    case Kind::Login:
      return "session_required";
    case Kind::Over:
      return "token_expired";
    case Kind::Session:
      return takes_sessions(letters) ? "forbidden" : "session_required";
    case Kind::Key:
      return takes_keys(letters) ? "forbidden" : "session_required";
  }
  return "?";
}

const Expectation* expectation_of(const std::string& route) {
  const auto* found = std::ranges::find(kTable, route, &Expectation::route);
  return found == std::end(kTable) ? nullptr : found;
}

TEST(SES_1, EveryRouteLetsInExactlyWhoTheTableSays) {
  StaffService service;
  Callers callers{service};
  for (const Route& route : service.table) {
    const std::string name = name_of(route);
    const Expectation* expected = expectation_of(name);
    ASSERT_NE(expected, nullptr) << name << " is not in the table of this test";
    for (const ListenerKind listener : {ListenerKind::Public, ListenerKind::Staff}) {
      const bool is_public = listener == ListenerKind::Public;
      const std::string_view letters = is_public ? expected->on_public : expected->on_staff;
      ASSERT_EQ(on_listener(route, listener), letters != "-") << name;
      if (letters == "-") continue;
      for (const CallerKind& caller : kCallers) {
        const Heard heard = service.ask(
            {.method = method_of(route),
             .target = target_of(route),
             .body = body_of(route),
             .token = callers.token(caller.letter, is_public ? domain::Listener::Public : domain::Listener::Staff),
             .listener = listener});
        const std::string where = name + (is_public ? " (public) as " : " (staff) as ") + std::string{caller.name};
        const std::string_view refused = refusal_of(caller, letters, listener);
        if (!refused.empty()) {
          EXPECT_EQ(heard.code(), refused) << where << ": " << heard.body;
          continue;
        }
        for (const std::string_view code : {"session_required", "token_expired", "method_not_allowed"}) {
          EXPECT_NE(heard.code(), code) << where;
        }
        EXPECT_LT(heard.status, 500) << where << ": " << heard.body;
      }
    }
  }
}

TEST(SES_1, TheTableOfThisTestNamesNoRouteThatIsNotThere) {
  StaffService service;
  for (const Expectation& expected : kTable) {
    EXPECT_TRUE(std::ranges::any_of(service.table, [&](const Route& route) {
      return name_of(route) == expected.route;
    })) << expected.route;
  }
}

TEST(ADM_2, AStaffRouteIsNotThereOnThePublicListener) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  std::size_t looked_at = 0;
  for (const Route& route : service.table) {
    if (route.listeners.value != ListenerSet::Staff) continue;
    ++looked_at;
    const Heard heard = service.ask({.method = method_of(route),
                                     .target = target_of(route),
                                     .body = body_of(route),
                                     .token = admin,
                                     .listener = ListenerKind::Public});
    EXPECT_EQ(heard.code(), "not_found") << name_of(route);
  }
  EXPECT_GE(looked_at, 15U);
}

TEST(ADM_2, WhatChangesSomethingNeedsAFreshStaffSessionOrAKey) {
  StaffService service;
  const auto admin = service.account("admin@example.org", {Role::Admin});
  const std::string session = service.session(admin, domain::Listener::Staff);
  const std::string key = service.key(KeyRole::Admin);
  const auto code = [&](const std::string& token) { return service.put("/v1/policy", "{}", token).code(); };
  service.after(domain::seconds(299));
  EXPECT_EQ(code(session), "");
  service.after(domain::seconds(1));
  EXPECT_EQ(code(session), "step_up_required");
  EXPECT_EQ(code(key), "");
  EXPECT_EQ(service.get("/v1/policy", session).status, 200);
  // Every one of them, and none that only reads.
  for (const Route& route : service.table) {
    if (route.listeners.value != ListenerSet::Staff) continue;
    const bool reads = verb_of(route) == "GET" || route.path.text == "/v1/accounts/lookup";
    EXPECT_EQ(route.who.needs_fresh(), !reads) << name_of(route);
  }
}

}  // namespace
}  // namespace tweestap::http
