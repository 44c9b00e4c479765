// What auditors ask: an account's events as they are stored, and what it was at a moment.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using domain::Role;
using nlohmann::json;

constexpr const char* kPassword = "tweestap-demo";  // what StaffService registers with

// An account that logged in once over HTTP, and somebody to look at it.
class AuditService : public StaffService {
 public:
  AuditService() {
    alex = account("alex@example.org");
    after(domain::seconds(1));
    auditor = account("auditor@example.org", {Role::Auditor});
    session_of_auditor = session(auditor, domain::Listener::Staff);
    key_of_auditor = key(KeyRole::Auditor);
    after(domain::seconds(1));
    log_in();
    after(domain::seconds(1));  // so that what follows has another time
  }

  void log_in() {
    const json body{{"identifier", "alex@example.org"}, {"password", kPassword}};
    const Heard heard =
        ask({.method = Method::Post, .target = "/v1/logins", .body = body.dump(), .listener = ListenerKind::Public});
    if (heard.status != 201) throw std::runtime_error(heard.body);
  }
  [[nodiscard]] Heard events(std::string query, std::string token) const {
    return get("/v1/audit/accounts/" + alex.text() + "/events" + query, std::move(token));
  }
  [[nodiscard]] Heard state_at(std::string at, std::string token) const {
    return get("/v1/audit/accounts/" + alex.text() + "/state?at=" + at, std::move(token));
  }
  // The positions that a page has.
  [[nodiscard]] std::vector<std::uint64_t> positions(const std::string& query) const {
    std::vector<std::uint64_t> out;
    const json heard = events(query, session_of_auditor).json();
    for (const json& one : heard.at("events")) {
      out.push_back(one.at("event").at("position"));
    }
    return out;
  }
  // Of one event of alex, by its place among them.
  [[nodiscard]] json event(std::size_t nth) const {
    return events("", key_of_auditor).json().at("events").at(nth).at("event");
  }

  domain::AccountId alex, auditor;
  std::string session_of_auditor, key_of_auditor;
};

TEST(AuditEvents, GivesTheStoredBytesAndOpensWhatIsPersonalForAPerson) {
  AuditService service;
  const Heard heard = service.events("", service.session_of_auditor);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const json page = heard.json();
  ASSERT_EQ(page.size(), 2U);
  ASSERT_EQ(page.at("events").size(), 2U);
  for (const json& one : page.at("events")) {
    const auto record = service.partition->log().at(one.at("event").at("position"));
    EXPECT_TRUE(heard.body.contains(R"({"event":)" + (*record)->envelope + R"(,"personal":{)"));
    EXPECT_EQ(one.at("event").at("subject"), service.alex.text());
  }
  EXPECT_EQ(page.at("events")[0].at("personal"), (json{{"identifier", "alex@example.org"}, {"displayname", "Alex"}}));
  EXPECT_EQ(page.at("events")[1].at("personal"), (json{{"address", "192.0.2.7"}, {"useragent", "a browser"}}));
}

TEST(AuditEvents, ShowsAnEmptyObjectWhereAnEventHasNothingPersonal) {
  AuditService service;
  service.run(domain::SetMandatoryFrom{service.alex, domain::System{}, domain::Time{domain::days(30'000).us}});
  const json page = service.events("?type=account.mandatory_from_changed", service.session_of_auditor).json();
  ASSERT_EQ(page.at("events").size(), 1U);
  EXPECT_EQ(page.at("events")[0].at("personal"), json::object());
}

TEST(AuditEvents, HasNothingPersonalForAKey) {
  AuditService service;
  const Heard heard = service.events("", service.key_of_auditor);
  ASSERT_EQ(heard.status, 200) << heard.body;
  ASSERT_EQ(heard.json().at("events").size(), 2U);
  for (const json& one : heard.json().at("events")) EXPECT_EQ(one.size(), 1U);
  for (const char* personal : {"alex@example.org", "Alex", "192.0.2.7", "a browser"}) {
    EXPECT_FALSE(heard.body.contains(personal)) << personal;
  }
}

// Its keys are gone, and with them whatever could be opened; nothing in this version erases an account yet.
TEST(AuditEvents, DescribesWhatAnErasedAccountsEventHas) {
  AuditService service;
  const json shape = service.get("/openapi.json", "").json().at("components").at("schemas").at("AuditEvent");
  EXPECT_EQ(shape.at("properties").at("erased").at("type"), "boolean");
  EXPECT_EQ(shape.at("required"), json::array({"event"}));
}

// Password verifiers, the app's secret and recovery verifiers are in events of this account.
TEST(AuditEvents, NeverHasASecret) {
  AuditService service;
  service.run(domain::SetMandatoryFrom{service.alex, domain::System{}, domain::Time{1}});
  (void)service.session(service.alex, domain::Listener::Public);
  const Heard heard = service.events("", service.session_of_auditor);
  ASSERT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.json().at("events").size(), 8U);
  for (const char* secret : {"argon2", "GEZDGNBVGY3TQOJQ", "none that opens", "verifier\":\"", "totpsecret\":\""}) {
    EXPECT_FALSE(heard.body.contains(secret)) << secret;
  }
}

TEST(AuditEvents, FiltersByTimeTypeAndPosition) {
  AuditService service;
  const json registered = service.event(0);
  const json login = service.event(1);
  service.after(domain::seconds(1));
  service.log_in();
  const std::uint64_t first = registered.at("position");
  const std::uint64_t second = login.at("position");
  const std::uint64_t third = service.head();
  using Positions = std::vector<std::uint64_t>;
  EXPECT_EQ(service.positions(""), (Positions{first, second, third}));
  const std::string at = login.at("time");
  const domain::Time time = *domain::parse_rfc3339(at);
  EXPECT_EQ(service.positions("?from=" + at), (Positions{second, third}));
  EXPECT_EQ(service.positions("?from=" + domain::rfc3339(time + domain::Duration{1})), Positions{third});
  EXPECT_EQ(service.positions("?to=" + at), (Positions{first, second}));
  EXPECT_EQ(service.positions("?to=" + domain::rfc3339(time - domain::Duration{1})), Positions{first});
  EXPECT_EQ(service.positions("?from=" + at + "&to=" + at), Positions{second});
  EXPECT_EQ(service.positions("?type=login.completed"), (Positions{second, third}));
  EXPECT_EQ(service.positions("?type=login.completed&limit=1"), Positions{second});
  EXPECT_EQ(service.positions("?after=" + std::to_string(second)), Positions{third});
  EXPECT_EQ(service.positions("?after=" + std::to_string(second - 1)), (Positions{second, third}));
  EXPECT_EQ(service.positions("?type=no.such_type"), Positions{});
}

TEST(AuditEvents, TellsHowFarItHasLookedSoThatAFilterHidesNoGap) {
  AuditService service;
  const auto scanned_to = [&](const std::string& query) {
    return service.events(query, service.key_of_auditor).json().at("scanned_to").get<std::uint64_t>();
  };
  (void)scanned_to("");  // its own audit.read is in the log from now on
  EXPECT_EQ(scanned_to("?limit=1"), service.event(0).at("position"));
  EXPECT_EQ(scanned_to(""), service.head());
  EXPECT_EQ(scanned_to("?type=no.such_type"), service.head());
  // Page by page: every event once, and the end is the log's.
  std::uint64_t after = 0;
  std::size_t found = 0;
  while (after < service.head()) {
    const json page = service.events("?limit=1&after=" + std::to_string(after), service.key_of_auditor).json();
    found += page.at("events").size();
    ASSERT_GT(page.at("scanned_to"), after);
    after = page.at("scanned_to");
  }
  EXPECT_EQ(found, 2U);
}

TEST(AuditEvents, KnowsNoAccountThatIsNotThere) {
  AuditService service;
  for (const std::string id : {"acc_00000000000000000000000009", "service", "policy", "visitor", "acc_x"}) {
    for (const std::string what : {"/events", "/state?at=1"}) {
      EXPECT_EQ(service.get("/v1/audit/accounts/" + id + what, service.session_of_auditor).code(), "not_found")
          << id << what;
    }
  }
  EXPECT_EQ(service.count("audit.read"), 0U);
}

TEST(AuditEvents, NamesTheParameterThatIsWrong) {
  AuditService service;
  for (const auto& [query, name] : std::vector<std::pair<std::string, std::string>>{{"?from=yesterday", "from"},
                                                                                    {"?to=1", "to"},
                                                                                    {"?limit=0", "limit"},
                                                                                    {"?limit=1001", "limit"},
                                                                                    {"?after=-1", "after"},
                                                                                    {"?type=", "type"},
                                                                                    {"?at=1", "at"}}) {
    const Heard heard = service.events(query, service.session_of_auditor);
    EXPECT_EQ(heard.code(), "malformed_request") << query;
    EXPECT_EQ(heard.member(), name) << query;
  }
  for (const std::string at : {"", "0", "-1", "01x", "yesterday", "2026-03-15", "18446744073709551616"}) {
    const Heard heard = service.state_at(at, service.session_of_auditor);
    EXPECT_EQ(heard.code(), "malformed_request") << at;
    EXPECT_EQ(heard.member(), "at") << at;
  }
  EXPECT_EQ(service.get("/v1/audit/accounts/" + service.alex.text() + "/state", service.session_of_auditor).member(),
            "at");
  EXPECT_EQ(service.count("audit.read"), 0U);
}

TEST(AuditState, IsTheAccountObjectOfThatMomentAndMore) {
  AuditService service;
  const std::string position = std::to_string(service.head());
  const Heard heard = service.state_at(position, service.session_of_auditor);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const json answer = heard.json();
  const std::string session = service.event(1).at("data").at("session");
  EXPECT_EQ(answer, (json{{"account", service.alex.text()},
                          {"position", std::stoull(position)},
                          {"state",
                           {{"account", service.alex.text()},
                            {"identifier", "alex@example.org"},
                            {"display_name", "Alex"},
                            {"language", "nl"},
                            {"roles", {"person"}},
                            {"two_step", {{"enabled", false}}},
                            {"disabled", false},
                            {"failures_in_a_row", 0},
                            {"logins", json::array()},
                            {"sessions", {session}},
                            {"devices", json::array()}}}}));
}

TEST(AuditState, HasNothingPersonalForAKey) {
  AuditService service;
  const Heard heard = service.state_at(std::to_string(service.head()), service.key_of_auditor);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const json state = heard.json().at("state");
  EXPECT_FALSE(state.contains("identifier"));
  EXPECT_FALSE(state.contains("display_name"));
  EXPECT_EQ(state.at("sessions").size(), 1U);
  EXPECT_FALSE(heard.body.contains("alex@example.org"));
}

TEST(AuditState, ATimeMeansTheLastPositionThatIsNotLater) {
  AuditService service;
  const json login = service.event(1);
  const domain::Time time = *domain::parse_rfc3339(login.at("time").get<std::string>());
  const auto ask = [&](domain::Time at) {
    return service.state_at(domain::rfc3339(at), service.session_of_auditor).json();
  };
  EXPECT_EQ(ask(time).at("position"), login.at("position"));
  EXPECT_EQ(ask(time).at("state").at("sessions").size(), 1U);
  EXPECT_EQ(ask(time - domain::Duration{1}).at("position"), login.at("position").get<std::uint64_t>() - 1);
  EXPECT_EQ(ask(time - domain::Duration{1}).at("state").at("sessions").size(), 0U);
  // Behind the log's end is its end.
  EXPECT_EQ(ask(time + domain::days(1)).at("position"), service.head());
  EXPECT_EQ(service.state_at("999999999", service.session_of_auditor).json().at("position"), service.head());
}

TEST(AuditState, JudgesWhatHasExpiredAtThatTime) {
  AuditService service;
  const json login = service.event(1);
  const domain::Time start = *domain::parse_rfc3339(login.at("time").get<std::string>());
  const auto sessions = [&](const std::string& at) {
    return service.state_at(at, service.key_of_auditor).json().at("state").at("sessions").size();
  };
  // Unused for an hour: over.
  EXPECT_EQ(sessions(domain::rfc3339(start + domain::hours(1) - domain::Duration{1})), 1U);
  EXPECT_EQ(sessions(domain::rfc3339(start + domain::hours(1))), 0U);
  // A position: at the time of the event that stands there, whosever it is.
  service.after(domain::hours(2));
  service.run(domain::RecordServiceStart{"1", 0});
  const std::uint64_t two_hours_later = service.head();
  EXPECT_EQ(sessions(std::to_string(two_hours_later)), 0U);
  EXPECT_EQ(sessions(std::to_string(two_hours_later - 1)), 1U);
}

TEST(AuditState, HasTheOrganisationsDateOfThatMoment) {
  AuditService service;
  const std::string before = std::to_string(service.head());
  domain::SetPolicy policy;
  policy.mandatory_from.emplace(domain::Time{domain::days(30'000).us});
  service.run(std::move(policy));
  const auto two_step = [&](const std::string& at) {
    return service.state_at(at, service.key_of_auditor).json().at("state").at("two_step");
  };
  EXPECT_EQ(two_step(before), (json{{"enabled", false}}));
  EXPECT_EQ(two_step(std::to_string(service.head())).at("mandatory_from"),
            domain::rfc3339(domain::Time{domain::days(30'000).us}));
}

TEST(AuditState, ShowsALockAndALoginThatWaits) {
  AuditService service;
  service.run(domain::SetMandatoryFrom{service.alex, domain::System{}, domain::Time{1}});
  (void)service.session(service.alex, domain::Listener::Public);
  const std::string token = service.pending_login(service.alex, domain::Listener::Public);
  for (int i = 0; i < 10; ++i) {
    (void)service.ask({.method = Method::Post,
                       .target = "/v1/logins/current/code",
                       .body = R"({"code":"000000"})",
                       .token = token,
                       .listener = ListenerKind::Public});
  }
  const json state = service.state_at(std::to_string(service.head()), service.key_of_auditor).json().at("state");
  EXPECT_EQ(state.at("failures_in_a_row"), 10);
  EXPECT_EQ(state.at("logins").size(), 1U);
  EXPECT_TRUE(state.at("two_step").contains("locked_until"));
  EXPECT_EQ(state.at("two_step").at("recovery_codes_left"), 6);
}

TEST(AuditState, IsNotThereBeforeTheAccountWas) {
  AuditService service;
  const json registered = service.event(0);
  const domain::Time time = *domain::parse_rfc3339(registered.at("time").get<std::string>());
  EXPECT_EQ(service.state_at(domain::rfc3339(time), service.key_of_auditor).status, 200);
  EXPECT_EQ(service.state_at(domain::rfc3339(time - domain::Duration{1}), service.key_of_auditor).code(), "not_found");
}

// Look-up, account view and audit count as one; the boundary is 60 seconds.
TEST(AUD_2, LooksOfOneReaderAtOneAccountAreOneAMinuteWhicheverWay) {
  AuditService service;
  const auto both = service.account("both@example.org", {Role::Helpdesk, Role::Auditor});
  const std::string reader = service.session(both, domain::Listener::Staff);
  const std::string account = service.alex.text();
  const std::vector<std::function<Heard()>> looks{
      [&] { return service.post("/v1/accounts/lookup", R"({"identifier":"alex@example.org"})", reader); },
      [&] { return service.get("/v1/accounts/" + account, reader); },
      [&] { return service.events("", reader); },
      [&] { return service.state_at("999999", reader); },
  };
  const char* kBy[] = {"lookup", "account", "audit", "audit"};
  std::size_t told = 0;
  for (std::size_t first = 0; first < looks.size(); ++first) {
    ASSERT_EQ(looks[first]().status, 200);
    EXPECT_EQ(service.count("audit.read"), ++told);
    EXPECT_EQ(service.events_after(service.head() - 1)[0].at("data"), (json{{"by", kBy[first]}, {"account", account}}));
    EXPECT_EQ(service.events_after(service.head() - 1)[0].at("actor"), both.text());
    for (const auto& look : looks) ASSERT_EQ(look().status, 200);
    service.after(domain::Duration{domain::seconds(60).us - 1});
    for (const auto& look : looks) ASSERT_EQ(look().status, 200);
    EXPECT_EQ(service.count("audit.read"), told);
    service.after(domain::Duration{1});
  }
  // Another reader's look, and the same reader's look at somebody else, are others.
  ASSERT_EQ(service.events("", reader).status, 200);
  ASSERT_EQ(service.events("", service.key_of_auditor).status, 200);
  ASSERT_EQ(service.get("/v1/audit/accounts/" + service.auditor.text() + "/events", reader).status, 200);
  EXPECT_EQ(service.count("audit.read"), told + 3);
}

TEST(AUD_2, ALookInVainIsOneAMinuteToo) {
  AuditService service;
  const std::string reader = service.key(KeyRole::Helpdesk);
  const auto look = [&] {
    ASSERT_EQ(service.post("/v1/accounts/lookup", R"({"identifier":"nobody@example.org"})", reader).status, 200);
  };
  look();
  service.after(domain::Duration{domain::seconds(60).us - 1});
  look();
  EXPECT_EQ(service.count("audit.read"), 1U);
  service.after(domain::Duration{1});
  look();
  EXPECT_EQ(service.count("audit.read"), 2U);
}

TEST(AUD_2, AnAuditThatCannotBeStoredShowsNothingAndOneThatOwesNothingGoesOn) {
  AuditService service;
  ASSERT_EQ(service.events("", service.session_of_auditor).status, 200);
  service.stop_storing();
  for (const Heard& heard :
       {service.events("", service.key_of_auditor), service.state_at("9", service.key_of_auditor)}) {
    EXPECT_EQ(heard.code(), "unavailable");
    EXPECT_FALSE(heard.body.contains(service.alex.text()));
  }
  EXPECT_EQ(service.events("", service.session_of_auditor).status, 200);
  EXPECT_EQ(service.state_at("99", service.session_of_auditor).status, 200);
  service.after(domain::Duration{domain::seconds(60).us - 1});
  EXPECT_EQ(service.events("", service.session_of_auditor).status, 200);
  service.after(domain::Duration{1});
  EXPECT_EQ(service.events("", service.session_of_auditor).code(), "unavailable");
}

TEST(AUD_2, OnesOwnHistoryAndTheFeedMakeNoEvent) {
  AuditService service;
  const std::string own = "/v1/audit/accounts/" + service.auditor.text();
  ASSERT_EQ(service.get(own + "/events", service.session_of_auditor).status, 200);
  ASSERT_EQ(service.get(own + "/state?at=99", service.session_of_auditor).status, 200);
  ASSERT_EQ(service.get("/v1/events", service.session_of_auditor).status, 200);
  EXPECT_EQ(service.count("audit.read"), 0U);
  ASSERT_EQ(service.get(own + "/events", service.key_of_auditor).status, 200);
  EXPECT_EQ(service.count("audit.read"), 1U);
}

}  // namespace
}  // namespace tweestap::http
