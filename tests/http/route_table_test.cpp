// Every route with every kind of caller: who gets in, who is told what instead (SES-1, ADM-2).
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "tests/http/route_callers.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using domain::Role;

// Who may use a route, on each listener: letters of kCallers. "-" means that there is no such route, "*" everybody.
struct Expectation {
  std::string_view route;
  std::string_view on_public;
  std::string_view on_staff;
};

// Sessions of a listener are `pmvhau`; see kOnPublicOnly.
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
    {"GET /v1/session", "pmvhau", "hau"},
    {"DELETE /v1/session", "pmvhau", "hau"},
    {"DELETE /v1/sessions", "pmvhau", "hau"},
    {"POST /v1/session/step-up", "pmvhau", "hau"},
    {"POST /v1/session/step-up/code", "pmvhau", "hau"},
    {"GET /v1/account", "pmvhau", "hau"},
    {"PATCH /v1/account", "pmvhau", "hau"},
    {"POST /v1/account/password", "pmvhau", "hau"},
    {"POST /v1/account/enrolments", "epmvhau", "ehau"},
    {"GET /v1/account/enrolments/{enrolment}", "epmvhau", "ehau"},
    {"PATCH /v1/account/enrolments/{enrolment}", "epmvhau", "ehau"},
    {"POST /v1/account/enrolments/{enrolment}/sms", "epmvhau", "ehau"},
    {"DELETE /v1/account/enrolments/{enrolment}", "epmvhau", "ehau"},
    {"POST /v1/account/enrolments/{enrolment}/code", "epmvhau", "ehau"},
    {"POST /v1/account/recovery-codes/acknowledge", "pmvhau", "hau"},
    {"POST /v1/account/recovery-codes", "pmvhau", "hau"},
    {"DELETE /v1/account/two-step", "pmvhau", "hau"},
    {"POST /v1/account/two-step/deferrals", "pmvhau", "hau"},
    {"PUT /v1/account/remember", "pmvhau", "hau"},
    {"GET /v1/account/devices", "pmvhau", "hau"},
    {"DELETE /v1/account/devices", "pmvhau", "hau"},
    {"DELETE /v1/account/devices/{device}", "pmvhau", "hau"},
    {"GET /v1/account/history", "pmvhau", "hau"},
    {"POST /v1/app/devices/challenges", "pmvhau", "-"},
    {"POST /v1/app/devices", "pmvhau", "-"},
    {"GET /v1/app/devices", "pmvhau", "-"},
    {"DELETE /v1/app/devices/{app_device}", "pmvhau", "-"},
    {"POST /v1/app/challenges", "*", "-"},
    {"POST /v1/app/logins", "*", "-"},
    {"POST /v1/introspect", "F", "-"},
    {"POST /v1/accounts", "-", "aA"},
    {"POST /v1/accounts/import", "-", "aA"},
    {"POST /v1/accounts/lookup", "-", "haHA"},
    {"GET /v1/accounts/{account}", "-", "haHA"},
    {"POST /v1/accounts/{account}/unlock", "-", "haHA"},
    {"POST /v1/accounts/{account}/disable", "-", "aA"},
    {"POST /v1/accounts/{account}/enable", "-", "aA"},
    {"PUT /v1/accounts/{account}/mandatory-from", "-", "aA"},
    {"POST /v1/accounts/{account}/two-step-reset", "-", "haHA"},
    {"GET /v1/resets", "-", "haHA"},
    {"POST /v1/resets/{reset}/approve", "-", "haHA"},
    {"POST /v1/resets/{reset}/deny", "-", "haHA"},
    {"GET /v1/policy", "-", "aA"},
    {"PUT /v1/policy", "-", "aA"},
    {"GET /v1/policy/preview", "-", "aA"},
    {"POST /v1/api-keys", "-", "aA"},
    {"GET /v1/api-keys", "-", "aA"},
    {"DELETE /v1/api-keys/{api_key}", "-", "aA"},
    {"GET /v1/audit/accounts/{account}/events", "-", "uU"},
    {"GET /v1/audit/accounts/{account}/state", "-", "uU"},
    {"GET /v1/events", "-", "uUS"},
    {"GET /v1/status", "-", "aA"},
    {"GET /", "*", "*"},
    {"GET /settings", "*", "-"},
    {"GET /pages/{hash}/{name...}", "*", "*"},
    {"GET /demo/messages", "*", "-"},
    {"GET /demo/phone", "*", "-"},
};

// What takes no session that is not fresh, on the public listener; on staff's it is everything that changes something.
constexpr std::string_view kNeedsFresh[] = {
    "POST /v1/account/password",   "POST /v1/account/enrolments",     "POST /v1/account/recovery-codes",
    "DELETE /v1/account/two-step", "POST /v1/app/devices/challenges", "POST /v1/app/devices",
};

bool needs_fresh(std::string_view route) { return std::ranges::find(kNeedsFresh, route) != std::end(kNeedsFresh); }
bool takes_sessions(std::string_view letters) { return letters.find_first_of("pmvhau") != std::string_view::npos; }
bool takes_keys(std::string_view letters) { return letters.find_first_of("HAUFS") != std::string_view::npos; }

// What somebody hears who is not let in; empty: somebody who is.
std::string_view refusal_of(const CallerName& caller, std::string_view letters, ListenerKind listener) {
  if (letters == "*") return "";
  // One of the other listener is no token here.
  if (kOnPublicOnly.contains(caller.letter) && listener == ListenerKind::Staff) return "session_required";
  if (letters.contains(caller.letter)) return "";
  switch (caller.kind) {
    case CallerKind::Nobody:
    case CallerKind::Login:
      return "session_required";
    case CallerKind::Over:
      return "token_expired";
    case CallerKind::Session:
      return takes_sessions(letters) ? "forbidden" : "session_required";
    case CallerKind::Key:
      return takes_keys(letters) ? "forbidden" : "session_required";
  }
  std::unreachable();
}

// Staff who come as persons get in, and may then hear that what they ask is for staff's door.
bool may_hear_forbidden(const CallerName& caller, ListenerKind listener) {
  return listener == ListenerKind::Public && std::string_view{"hau"}.contains(caller.letter);
}

const Expectation* expectation_of(const std::string& route) {
  const auto* found = std::ranges::find(kTable, route, &Expectation::route);
  return found == std::end(kTable) ? nullptr : found;
}

TEST(SES_1, EveryRouteLetsInExactlyWhoTheTableSays) {
  StaffService service{InProcessService::Options{.demo = true}};
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
      for (const CallerName& caller : kCallers) {
        const Heard heard = service.ask(
            {.method = method_of(route.verb),
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
        const bool steps_up = kNotFresh.contains(caller.letter) && needs_fresh(name);
        EXPECT_EQ(heard.code() == "step_up_required", steps_up) << where << ": " << heard.body;
        EXPECT_TRUE(heard.code() != "forbidden" || may_hear_forbidden(caller, listener)) << where;
        EXPECT_LT(heard.status, 500) << where << ": " << heard.body;
        if (method_of(route.verb) != Method::Get) callers.forget();
      }
    }
  }
}

// How a request has to look is no business of somebody who may not make it: the answer is the same whatever came along.
TEST(SES_1, WhoMayNotComeInHearsNothingOfTheFormOfARequest) {
  StaffService service;
  Callers callers{service};
  std::size_t looked_at = 0;
  for (const Route& route : service.table) {
    if (route.who.contains(Principal::Anyone)) continue;
    const ListenerKind listener = on_listener(route, ListenerKind::Staff) ? ListenerKind::Staff : ListenerKind::Public;
    const auto door = listener == ListenerKind::Staff ? domain::Listener::Staff : domain::Listener::Public;
    const auto code = [&](char letter, std::string target, std::string body, std::string key = {}) {
      return service
          .ask({.method = method_of(route.verb),
                .target = std::move(target),
                .body = std::move(body),
                .token = callers.token(letter, door),
                .idempotency_key = std::move(key),
                .listener = listener})
          .code();
    };
    const std::string target = target_of(route);
    for (const auto& [letter, expected] : {std::pair{'n', "session_required"}, std::pair{'o', "token_expired"}}) {
      EXPECT_EQ(code(letter, target + "?nonsense=1", ""), expected) << name_of(route);
      EXPECT_EQ(code(letter, target, "{\"nonsense\""), expected) << name_of(route);
      EXPECT_EQ(code(letter, target, R"({"nonsense":1})"), expected) << name_of(route);
      EXPECT_EQ(code(letter, target, R"({"nonsense":1})", "a key"), expected) << name_of(route);
      EXPECT_EQ(code(letter, target, R"({"nonsense":1})", "akey"), expected) << name_of(route);
    }
    ++looked_at;
  }
  EXPECT_GE(looked_at, 35U);
  EXPECT_EQ(service.put("/v1/policy", R"({"nonsense":1})", callers.token('A', domain::Listener::Staff)).member(),
            "nonsense");
  EXPECT_EQ(service.put("/v1/policy", R"({"nonsense":1})", callers.token('U', domain::Listener::Staff)).code(),
            "forbidden");
}

TEST(SES_1, TheTableOfThisTestNamesNoRouteThatIsNotThere) {
  const StaffService service{InProcessService::Options{.demo = true}};
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
    const Heard heard = service.ask({.method = method_of(route.verb),
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
    const bool reads = method_of(route.verb) == Method::Get || route.path.text == "/v1/accounts/lookup";
    EXPECT_EQ(route.who.needs_fresh(), !reads) << name_of(route);
  }
}

// A secret that somebody sends is either compared, and then slowed down, or only set.
TEST(THR_4, EveryRouteThatIsSentASecretHasABrakeOrComparesNone) {
  const StaffService service;
  constexpr std::string_view kOnlySet[] = {"POST /v1/accounts", "POST /v1/accounts/import"};
  for (const Route& route : service.table) {
    const bool secret = std::ranges::any_of(route.body.members, [](const Member& one) {
      return one.type == MemberType::Secret && one.name != "new_password";
    });
    const bool only_set = std::ranges::find(kOnlySet, name_of(route)) != std::end(kOnlySet);
    EXPECT_EQ(secret && !only_set, route.throttle.secret() != ThrottledSecret::None) << name_of(route);
    if (route.throttle.secret() == ThrottledSecret::None) {
      EXPECT_GE(route.throttle.reason().size(), 8U) << name_of(route);
    }
  }
}

}  // namespace
}  // namespace tweestap::http
