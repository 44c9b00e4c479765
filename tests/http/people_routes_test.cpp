// Sessions, accounts and the history, as a front end sees them.

#include <algorithm>

#include "http/authenticate.h"
#include "http/routes/routes.h"
#include "platform/text/encoding.h"
#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

// A body that is right as far as its form goes.
std::string body_for(const Route& route) {
  Json body = Json::object();
  for (const Member& member : route.body.members) {
    if (member.presence != Presence::Required && member.name != "code") continue;
    if (member.name == "code")
      body["code"] = "123456";
    else if (member.name == "recovery_code")
      body["recovery_code"] = "AAAA-AAAA-AAAA";
    else if (member.name == "method")
      body["method"] = "totp";
    else
      body[std::string{member.name}] = "a quiet harbour";
  }
  return body.empty() ? "" : body.dump();
}

enum class Token { None, Garbage, Device, LoginForCode, LoginForEnrolment, LoginAtTheOtherDoor };

TEST(SES_1, EachTokenOpensOnlyTheRoutesOfItsState) {
  PeopleService house;
  (void)house.account();
  (void)house.account("new@example.org");
  (void)house.account("staff@example.org", kPassword, {domain::Role::Helpdesk});
  (void)house.enrol();
  house.make_mandatory();
  const auto start = [&](const char* identifier, ListenerKind listener) {
    return house
        .ask({.method = Method::Post,
              .target = "/v1/logins",
              .body = Json{{"identifier", identifier}, {"password", kPassword}}.dump(),
              .listener = listener})
        .json();
  };
  const auto rows = people_routes(*house.services);
  for (const Route& route : rows) {
    for (const Token kind : {Token::None, Token::Garbage, Token::Device, Token::LoginForCode, Token::LoginForEnrolment,
                             Token::LoginAtTheOtherDoor}) {
      if (route.who.contains(Principal::Anyone)) continue;
      std::string token;
      bool opens = false;
      switch (kind) {
        case Token::None:
          break;
        case Token::Garbage:
          token = "sst_" + std::string(43, 'A');
          break;
        case Token::Device:
          token = "dvt_" + std::string(43, 'A');
          break;
        case Token::LoginForCode:
          token = start(kAlex, ListenerKind::Public).at("login_token");
          opens = route.who.contains(Principal::LoginCodeRequired);
          break;
        case Token::LoginForEnrolment:
          token = start("new@example.org", ListenerKind::Public).at("login_token");
          opens = route.who.contains(Principal::LoginEnrolmentRequired);
          break;
        case Token::LoginAtTheOtherDoor:
          token = start("staff@example.org", ListenerKind::Staff).at("login_token");
          break;
      }
      std::string target{route.path.text};
      if (const auto at = target.find("{enrolment}"); at != std::string::npos) {
        target.replace(at, 11, domain::EnrolmentId{{9}}.text());
      }
      const Heard heard = house.ask(
          {.method = method_of(route.verb), .target = target, .body = body_for(route), .token = token});
      const std::string what = std::string{method_name(method_of(route.verb))} + " " + target + " " + std::to_string(static_cast<int>(kind));
      if (opens) {
        EXPECT_NE(heard.code(), "session_required") << what;
        EXPECT_NE(heard.code(), "token_expired") << what;
      } else {
        EXPECT_EQ(heard.code(), "session_required") << what << heard.body;
        EXPECT_EQ(heard.header("WWW-Authenticate"), "Bearer") << what;
      }
    }
  }
}

TEST(SES_1, ASessionOpensItsOwnRoutesAndNoOthers) {
  PeopleService house;
  (void)house.account();
  for (const Route& route : people_routes(*house.services)) {
    if (route.who.contains(Principal::Anyone)) continue;
    const std::string token = house.session();
    std::string target{route.path.text};
    if (const auto at = target.find("{enrolment}"); at != std::string::npos) {
      target.replace(at, 11, domain::EnrolmentId{{9}}.text());
    }
    Ask ask{.method = method_of(route.verb), .target = target, .body = body_for(route), .token = token};
    ask.listener = ListenerKind::Staff;
    EXPECT_EQ(house.ask(ask).code(), "session_required") << "not at the other front door";
    ask.listener = ListenerKind::Public;
    const std::string code = house.ask(ask).code();
    if (route.who.contains(Principal::Session)) {
      EXPECT_NE(code, "session_required") << target;
    } else {
      EXPECT_EQ(code, "session_required") << target;
    }
  }
}

TEST(THR_4, EveryRouteThatTakesASecretIsInTheThrottleTable) {
  PeopleService house;
  std::vector<Route> rows = people_routes(*house.services);
  for (Route& route : app_routes(*house.services)) rows.push_back(std::move(route));
  for (const Route& route : rows) {
    const bool secret = std::ranges::any_of(route.body.members, [](const Member& one) {
      return one.type == MemberType::Secret && one.name != "new_password";
    });
    EXPECT_EQ(secret, route.throttle.secret() != ThrottledSecret::None) << route.path.text;
    EXPECT_FALSE(throttle_row(route.throttle.secret()).counted_by.empty());
    const bool password = std::ranges::any_of(
        route.body.members, [](const Member& one) { return one.name == "password" || one.name == "current_password"; });
    EXPECT_EQ(password, throttle_row(route.throttle.secret()).password_slot) << route.path.text;
  }
}

TEST(Session, EndsWhenUnusedAnHourAndIsToldInUseEveryTenMinutes) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  house.after(just_before(domain::minutes(10)));
  EXPECT_EQ(house.get("/v1/session", token).status, 200);
  EXPECT_EQ(house.count("session.used"), 0U);
  house.after(domain::seconds(1));
  EXPECT_EQ(house.get("/v1/session", token).status, 200);
  EXPECT_EQ(house.get("/v1/session", token).status, 200);
  EXPECT_EQ(house.count("session.used"), 1U);
  house.after(just_before(domain::hours(1)));
  EXPECT_EQ(house.get("/v1/session", token).status, 200);
  house.after(domain::hours(1));
  EXPECT_EQ(house.get("/v1/session", token).code(), "token_expired");
}

TEST(Session, ItsUseIsLeftOutWhereItCannotBeStored) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  house.after(domain::minutes(11));
  house.stop_storing();
  EXPECT_EQ(house.get("/v1/session", token).status, 200);
  EXPECT_EQ(house.del("/v1/session", token).code(), "unavailable") << "AUD-1";
}

TEST(Session, EndsEverywhereOrHere) {
  PeopleService house;
  (void)house.account();
  const std::string one = house.session();
  const std::string two = house.session();
  const std::string three = house.session();
  EXPECT_EQ(house.del("/v1/session", one).status, 204);
  EXPECT_EQ(house.get("/v1/session", one).code(), "token_expired");
  EXPECT_EQ(house.get("/v1/session", two).status, 200);
  EXPECT_EQ(house.del("/v1/sessions", two).status, 204);
  EXPECT_EQ(house.get("/v1/session", three).code(), "token_expired");
}

TEST(StepUp, GivesAFreshTokenAndKeepsIdAndEnd) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const Json before = house.get("/v1/session", alex.session).json();
  house.after(domain::minutes(6));
  const Heard asked = house.post("/v1/session/step-up", nullptr, alex.session);
  EXPECT_EQ(asked.status, 202);
  EXPECT_EQ(asked.json().at("method"), "totp");
  const Heard heard = house.post("/v1/session/step-up/code", {{"code", house.code(alex.secret)}}, alex.session);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const std::string fresh = heard.json().at("session").at("session_token");
  EXPECT_EQ(house.get("/v1/session", alex.session).code(), "token_expired") << "SES-3";
  const Json after = house.get("/v1/session", fresh).json();
  EXPECT_EQ(after.at("session"), before.at("session"));
  EXPECT_EQ(after.at("expires_at"), before.at("expires_at"));
  EXPECT_TRUE(after.contains("stepped_up_at"));
}

TEST(StepUp, TakesACodeOrARecoveryCodeButNotBothOrNone) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string recovery_code = alex.recovery_codes[0];
  EXPECT_EQ(house.post("/v1/session/step-up/code", Json::object(), alex.session).member(), "code");
  EXPECT_EQ(house.post("/v1/session/step-up/code", {{"code", "123456"}, {"recovery_code", recovery_code}}, alex.session)
                .member(),
            "recovery_code");
  const Heard heard = house.post("/v1/session/step-up/code", {{"recovery_code", recovery_code}}, alex.session);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const std::string fresh = heard.json().at("session").at("session_token");
  EXPECT_EQ(house.post("/v1/session/step-up/code", {{"recovery_code", recovery_code}}, fresh).code(), "code_rejected")
      << "REC-1";
}

TEST(StepUp, NeedsTwoStep) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  EXPECT_EQ(house.post("/v1/session/step-up", nullptr, token).code(), "state_conflict");
  EXPECT_EQ(house.post("/v1/session/step-up/code", {{"code", "123456"}}, token).code(), "state_conflict");
}

TEST(Account, IsShownAndChanged) {
  PeopleService house;
  const auto id = house.account();
  const std::string token = house.session();
  Json expected{{"account", id.text()}, {"identifier", kAlex}, {"display_name", "Alex"},
                {"language", "en"},     {"roles", {"person"}}, {"two_step", {{"enabled", false}}}};
  EXPECT_EQ(house.get("/v1/account", token).json(), expected);
  const auto patch = [&](const Json& body) {
    return house.ask({.method = Method::Patch, .target = "/v1/account", .body = body.dump(), .token = token});
  };
  expected["display_name"] = "Sasha";
  expected["language"] = "nl";
  const Heard changed = patch({{"display_name", "  Sasha "}, {"language", "nl"}});
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json(), expected);
  EXPECT_EQ(house.get("/v1/account", token).json(), expected);
  EXPECT_EQ(patch({{"language", "xx"}}).member(), "language");
  EXPECT_EQ(patch({{"display_name", "a\u202eb"}}).member(), "display_name");
  EXPECT_EQ(patch({{"display_name", nullptr}}).member(), "display_name");
  EXPECT_EQ(patch({{"roles", {"admin"}}}).member(), "roles");
  const std::uint64_t head = house.head();
  EXPECT_EQ(patch(Json::object()).json(), expected);
  EXPECT_EQ(house.head(), head);
}

TEST(LOG_1, NothingOfARequestIsInTheLogOrTheMetricsOrAnError) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  std::string errors;
  errors += house.log_in(kAlex, "canary-password").body;
  errors += house.log_in("canary-person@example.org", kPassword).body;
  errors += house.post("/v1/logins/current/code", {{"code", "canary"}}, token).body;
  errors += house.post("/v1/logins/current/recovery-code", {{"recovery_code", "canary"}}, token).body;
  errors += house.post("/v1/logins", {{"identifier", "canary"}, {"password", 1}}).body;
  errors += house.get("/v1/account", "sst_canary").body;
  house.stop_storing();
  errors += house.log_in(kAlex, "canary-password").body;
  for (const std::string& text : {errors, house.logged, house.metrics.render()}) {
    for (const std::string& secret :
         {std::string{"canary"}, std::string{kAlex}, std::string{kPassword}, token, alex.session, alex.secret}) {
      EXPECT_EQ(text.find(secret), std::string::npos) << secret;
    }
  }
}

TEST(Cookies, CarryTheTokensWhereTheRequestAsksForThem) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::vector<std::pair<std::string, std::string>> page{{"X-Requested-With", "tweestap"},
                                                              {"Sec-Fetch-Site", "same-origin"}};
  const auto with = [&](std::string cookie) {
    auto headers = page;
    if (!cookie.empty()) headers.push_back({"Cookie", cookie.substr(0, cookie.find(';'))});
    return headers;
  };
  const Heard started = house.ask({.method = Method::Post,
                                   .target = "/v1/logins",
                                   .body = Json{{"identifier", kAlex}, {"password", kPassword}}.dump(),
                                   .headers = with("")});
  ASSERT_EQ(started.cookies().size(), 1U) << started.body;
  EXPECT_EQ(started.body.find("lgt_"), std::string::npos);
  const std::string login = started.cookies()[0];
  const Heard done = house.ask({.method = Method::Post,
                                .target = "/v1/logins/current/code",
                                .body = Json{{"code", house.code(alex.secret)}}.dump(),
                                .headers = with(login)});
  ASSERT_EQ(done.status, 200) << done.body;
  ASSERT_EQ(done.cookies().size(), 2U);
  EXPECT_NE(done.cookies()[1].find("Max-Age=0"), std::string::npos);
  const std::string session = done.cookies()[0];
  EXPECT_EQ(house.ask({.target = "/v1/session", .headers = with(session)}).status, 200);
  EXPECT_EQ(house.ask({.target = "/v1/session", .headers = {{"Cookie", session.substr(0, session.find(';'))}}}).code(),
            "session_required");
  const Heard left = house.ask({.method = Method::Delete, .target = "/v1/session", .headers = with(session)});
  EXPECT_EQ(left.status, 204);
  ASSERT_EQ(left.cookies().size(), 1U);
  EXPECT_NE(left.cookies()[0].find("Max-Age=0"), std::string::npos);
}

TEST(History, TellsTheOwnerNewestFirstInPages) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  (void)house.log_in(kAlex, "not the harbour");
  const Json all = house.get("/v1/account/history?limit=100", alex.session).json();
  ASSERT_GE(all.at("events").size(), 5U);
  EXPECT_FALSE(all.contains("before"));
  EXPECT_EQ(all.at("events").at(0).at("type"), "login.password_rejected");
  EXPECT_EQ(all.at("events").at(0).at("text"), "Wrong password entered");
  Json pages = Json::array();
  std::string target = "/v1/account/history?limit=2";
  while (true) {
    const Json page = house.get(target, alex.session).json();
    for (const Json& event : page.at("events")) pages.push_back(event);
    if (!page.contains("before")) break;
    target = "/v1/account/history?limit=2&before=" + page.at("before").get<std::string>();
  }
  EXPECT_EQ(pages, all.at("events"));
  const auto login = std::ranges::find_if(pages, [](const Json& one) { return one.at("type") == "login.completed"; });
  ASSERT_NE(login, pages.end());
  EXPECT_EQ(login->at("address"), "192.0.2.7");
  EXPECT_EQ(login->at("user_agent"), "a browser");
  EXPECT_EQ(login->at("text"), "Logged in with password");
  const Heard dutch = house.ask(
      {.target = "/v1/account/history?limit=1", .token = alex.session, .headers = {{"Accept-Language", "nl"}}});
  EXPECT_NE(dutch.json().at("events").at(0).at("text"), "Wrong password entered");
  EXPECT_EQ(house.get("/v1/account/history?limit=0", alex.session).code(), "malformed_request");
  EXPECT_EQ(house.get("/v1/account/history?limit=101", alex.session).code(), "malformed_request");
  EXPECT_EQ(house.get("/v1/account/history?before=x", alex.session).code(), "malformed_request");
}

TEST(History, SaysWhichDeviceALoginCameFromWhereThatIsKnown) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  (void)house.ask(
      {.method = Method::Post,
       .target = "/v1/logins",
       .body = Json{{"identifier", kAlex}, {"password", kPassword}}.dump(),
       .headers = {{"User-Agent", "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Gecko/20100101 Firefox/145.0"}}});
  const Json events = house.get("/v1/account/history", alex.session).json().at("events");
  EXPECT_EQ(events.at(0).at("type"), "login.started");
  EXPECT_EQ(events.at(0).at("device"), "Firefox on Windows");
  const auto unknown =
      std::ranges::find_if(events, [](const Json& one) { return one.at("type") == "login.completed"; });
  ASSERT_NE(unknown, events.end());
  EXPECT_EQ(unknown->at("user_agent"), "a browser");
  EXPECT_FALSE(unknown->contains("device"));
}

}  // namespace
}  // namespace tweestap::http::people
