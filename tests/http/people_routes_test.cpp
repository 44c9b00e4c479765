// Sessions, accounts, enrolments, recovery codes and the history, as a front end sees them.
#include <barrier>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "http/authenticate.h"
#include "http/routes/routes.h"
#include "platform/text/encoding.h"
#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

std::string verb_of(VerbName verb) {
  switch (verb) {
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
  return {};
}
Method method_of(const std::string& verb) {
  if (verb == "GET") return Method::Get;
  if (verb == "POST") return Method::Post;
  if (verb == "PUT") return Method::Put;
  if (verb == "PATCH") return Method::Patch;
  return Method::Delete;
}

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
          {.method = method_of(verb_of(route.verb)), .target = target, .body = body_for(route), .token = token});
      const std::string what = verb_of(route.verb) + " " + target + " " + std::to_string(static_cast<int>(kind));
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
    Ask ask{.method = method_of(verb_of(route.verb)), .target = target, .body = body_for(route), .token = token};
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
  for (const Route& route : people_routes(*house.services)) {
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

TEST(Enrolment, GivesTheSecretThreeWaysAndShowsItWhileItIsPending) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  const Heard started = house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token);
  ASSERT_EQ(started.status, 201) << started.body;
  const Json json = started.json();
  EXPECT_EQ(json.at("state"), "code_required");
  EXPECT_EQ(json.at("method"), "totp");
  const std::string secret = json.at("totp").at("secret");
  EXPECT_EQ(secret.size(), 32U) << "160 bits";
  EXPECT_EQ(json.at("totp").at("otpauth_uri"), "otpauth://totp/Tweestap:alex%40example.org?secret=" + secret +
                                                   "&issuer=Tweestap&algorithm=SHA1&digits=6&period=30");
  EXPECT_TRUE(json.at("totp").at("qr_svg").get<std::string>().starts_with("<svg"));
  const std::string target = "/v1/account/enrolments/" + json.at("enrolment").get<std::string>();
  EXPECT_EQ(house.get(target, token).json(), json);
  house.after(just_before(domain::minutes(10)));
  EXPECT_EQ(house.get(target, token).status, 200);
  house.after(domain::seconds(1));
  EXPECT_EQ(house.get(target, token).code(), "state_conflict");
  EXPECT_EQ(house.get("/v1/account/enrolments/" + domain::EnrolmentId{{1}}.text(), token).code(), "not_found");
  EXPECT_EQ(house.get("/v1/account/enrolments/enr_nonsense", token).code(), "not_found");
}

TEST(Enrolment, RefusesWhatDoesNotFit) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  const auto start = [&](const Json& body) { return house.post("/v1/account/enrolments", body, token); };
  EXPECT_EQ(start({{"password", kPassword}, {"method", "fax"}}).member(), "method");
  EXPECT_EQ(start({{"password", kPassword}, {"method", "totp"}, {"phone", "0612345678"}}).member(), "phone");
  EXPECT_EQ(start({{"password", kPassword}, {"method", "sms"}}).member(), "phone");
  EXPECT_EQ(start({{"password", kPassword}, {"method", "sms"}, {"phone", "0612345678"}}).code(), "state_conflict");
  EXPECT_EQ(start({{"password", "wrong"}, {"method", "totp"}}).code(), "credentials_rejected");
  EXPECT_EQ(start({{"method", "totp"}}).member(), "password");
  house.allow_sms_only();
  EXPECT_EQ(start({{"password", kPassword}, {"method", "totp"}}).code(), "state_conflict");
}

TEST(Enrolment, IsReplacedCancelledAndEndedByFiveWrongCodes) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  const auto start = [&] {
    return house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token).json();
  };
  const auto target = [](const Json& started) {
    return "/v1/account/enrolments/" + started.at("enrolment").get<std::string>();
  };
  const Json first = start();
  const Json second = start();
  EXPECT_EQ(house.get(target(first), token).code(), "state_conflict") << "replaced";
  EXPECT_EQ(house.del(target(second), token).status, 204);
  EXPECT_EQ(house.get(target(second), token).code(), "state_conflict") << "cancelled";
  const Json third = start();
  const std::string secret = third.at("totp").at("secret");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(house.post(target(third) + "/code", {{"code", house.wrong_code(secret)}}, token).code(), "code_rejected");
  }
  EXPECT_EQ(house.post(target(third) + "/code", {{"code", house.code(secret)}}, token).code(), "state_conflict");
  EXPECT_EQ(house.post(target(third) + "/code", {{"code", "12345"}}, token).member(), "code");
}

TEST(SES_3, AnEnrolmentGivesAFreshTokenAndEndsEverythingElse) {
  PeopleService house;
  (void)house.account();
  const std::string there = house.session();
  const std::string here = house.session();
  const Json started = house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, here).json();
  const Heard enabled = house.post("/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code",
                                   {{"code", house.code(started.at("totp").at("secret").get<std::string>())}}, here);
  ASSERT_EQ(enabled.status, 200) << enabled.body;
  const Json json = enabled.json();
  EXPECT_EQ(json.at("state"), "enabled");
  EXPECT_EQ(json.at("session").at("amr"), Json::array({"pwd", "otp"}));
  std::set<std::string> codes;
  for (const std::string code : json.at("recovery_codes")) {
    EXPECT_EQ(code.size(), 14U);
    EXPECT_EQ(code.find_first_not_of("ABCDEFGHJKLMNPQRSTUVWXYZ23456789-"), std::string::npos) << code;
    codes.insert(code);
  }
  EXPECT_EQ(codes.size(), 6U);
  EXPECT_EQ(house.get("/v1/session", here).code(), "token_expired");
  EXPECT_EQ(house.get("/v1/session", there).code(), "token_expired") << "SES-2";
  const std::string fresh = json.at("session").at("session_token");
  const Json account = house.get("/v1/account", fresh).json();
  EXPECT_EQ(account.at("two_step"), (Json{{"enabled", true},
                                          {"method", "totp"},
                                          {"recovery_codes_left", 6},
                                          {"recovery_codes_acknowledged", false},
                                          {"remember", "never"}}));
  EXPECT_EQ(house.post("/v1/account/recovery-codes/acknowledge", nullptr, fresh).status, 204);
  EXPECT_EQ(house.post("/v1/account/recovery-codes/acknowledge", nullptr, fresh).status, 204);
  EXPECT_EQ(house.get("/v1/account", fresh).json().at("two_step").at("recovery_codes_acknowledged"), true);
}

TEST(Enrolment, OfALoginThatHasToIsCompletedByIt) {
  PeopleService house;
  (void)house.account();
  house.make_mandatory();
  const Json login = house.log_in().json();
  EXPECT_EQ(login.at("state"), "enrolment_required");
  EXPECT_FALSE(login.contains("method"));
  const std::string token = login.at("login_token");
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", "123456"}}, token).code(), "session_required");
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token).json();
  const Heard enabled = house.post("/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code",
                                   {{"code", house.code(started.at("totp").at("secret").get<std::string>())}}, token);
  ASSERT_EQ(enabled.status, 200) << enabled.body;
  EXPECT_EQ(house.get("/v1/logins/current", token).code(), "token_expired");
  const std::string session = enabled.json().at("session").at("session_token");
  EXPECT_EQ(house.get("/v1/session", session).status, 200);
  EXPECT_EQ(house
                .ask({.method = Method::Delete,
                      .target = "/v1/account/two-step",
                      .body = Json{{"password", kPassword}}.dump(),
                      .token = session})
                .code(),
            "state_conflict")
      << "mandatory";
}

TEST(TwoStep, IsSwitchedOffAndPutOff) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const auto disable = [&](const char* password) {
    return house.ask({.method = Method::Delete,
                      .target = "/v1/account/two-step",
                      .body = Json{{"password", password}}.dump(),
                      .token = alex.session});
  };
  EXPECT_EQ(house.post("/v1/account/two-step/deferrals", nullptr, alex.session).code(), "state_conflict") << "enrolled";
  EXPECT_EQ(disable("wrong").code(), "credentials_rejected");
  EXPECT_EQ(disable(kPassword).status, 204);
  EXPECT_EQ(disable(kPassword).code(), "state_conflict");
  EXPECT_EQ(house.post("/v1/account/recovery-codes/acknowledge", nullptr, alex.session).code(), "state_conflict");
  EXPECT_EQ(house.post("/v1/account/two-step/deferrals", nullptr, alex.session).status, 204);
  EXPECT_EQ(house.log_in().json().at("enrolment").at("offered"), false);
  house.after(domain::hours(24));
  EXPECT_EQ(house.log_in().json().at("enrolment").at("offered"), true);
}

TEST(REC_1, EachCodeWorksOnceInAnyCaseWithAnySpacing) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const auto use = [&](std::string code) {
    return house.post("/v1/logins/current/recovery-code", {{"recovery_code", code}}, house.pending());
  };
  std::string lower = alex.recovery_codes[0];
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string plain = alex.recovery_codes[1];
  std::erase(plain, '-');
  const Heard first = use(lower);
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.json().at("session").at("amr"), Json::array({"pwd", "recovery"}));
  EXPECT_EQ(first.json().at("recovery_codes_left"), 5);
  EXPECT_EQ(use(" " + plain.substr(0, 5) + " " + plain.substr(5)).json().at("recovery_codes_left"), 4);
  EXPECT_EQ(use(alex.recovery_codes[0]).code(), "code_rejected");
  for (const std::string& odd : {std::string{}, plain.substr(1), plain + "A", std::string{"0000-0000-0000"},
                                 std::string{"AAAA_AAAA_AAAA"}, plain + "\u00a0"}) {
    EXPECT_EQ(use(odd).member(), "recovery_code") << odd;
  }
}

TEST(REC_1, ARegeneratedSetVoidsTheOldOneAndAnotherPersonsDoesNotCount) {
  PeopleService house;
  (void)house.account();
  (void)house.account("robin@example.org");
  const Enrolled alex = house.enrol();
  const Enrolled robin = house.enrol("robin@example.org");
  const Heard made = house.post("/v1/account/recovery-codes", {{"password", kPassword}}, alex.session);
  ASSERT_EQ(made.status, 201) << made.body;
  const auto use = [&](const std::string& code) {
    return house.post("/v1/logins/current/recovery-code", {{"recovery_code", code}}, house.pending());
  };
  EXPECT_EQ(use(alex.recovery_codes[0]).code(), "code_rejected");
  EXPECT_EQ(use(robin.recovery_codes[0]).code(), "code_rejected");
  EXPECT_EQ(use(made.json().at("recovery_codes").at(0)).status, 200);
  EXPECT_EQ(house.post("/v1/account/recovery-codes", {{"password", "wrong"}}, alex.session).code(),
            "credentials_rejected");
}

TEST(REC_1, OneCodeCountsOnceHoweverManySubmitIt) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  for (const std::string& code : alex.recovery_codes) {
    std::vector<std::string> tokens;
    for (int i = 0; i < 8; ++i) tokens.push_back(house.pending());
    std::barrier start(32);
    std::atomic<int> successes = 0;
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < 32; ++i) {
        threads.emplace_back([&, i] {
          start.arrive_and_wait();
          if (house.post("/v1/logins/current/recovery-code", {{"recovery_code", code}}, tokens[i % 8]).status == 200)
            ++successes;
        });
      }
    }
    ASSERT_EQ(successes, 1);
    house.after(domain::hours(1));
  }
}

TEST(THR_2, WrongRecoveryCodesWaitFromTheFifthOnAndAreNotHashed) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  const auto use = [&](const std::string& code) {
    return house.post("/v1/logins/current/recovery-code", {{"recovery_code", code}}, token);
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(use("AAAA-AAAA-AAAA").code(), "code_rejected");
  const Heard waits = use(alex.recovery_codes[0]);
  EXPECT_EQ(waits.status, 429);
  EXPECT_EQ(waits.header("Retry-After"), "1");
  house.after(domain::seconds(1));
  EXPECT_EQ(use("AAAA-AAAA-AAAA").code(), "code_rejected");
  EXPECT_EQ(use(alex.recovery_codes[0]).header("Retry-After"), "2");
  house.after(domain::seconds(2));
  EXPECT_EQ(use(alex.recovery_codes[0]).status, 200);
}

TEST(REC_2, NoCodeIsOnTheDiskAndNoStoredHashIsACode) {
  PeopleService house;
  const auto account = house.account();
  const Enrolled alex = house.enrol();
  ASSERT_EQ(house.post("/v1/logins/current/recovery-code", {{"recovery_code", alex.recovery_codes[0]}}, house.pending())
                .status,
            200);
  const auto event = open_event(*house.services, house.state(account).recovery->position, eventstore::SealedClass{2});
  ASSERT_TRUE(event);
  const std::string stored{std::get<domain::RecoveryCodesGenerated>(*event).verifiers.reveal()};
  const std::string hash = stored.substr(stored.find(' ') - 43, 43);
  EXPECT_EQ(house.post("/v1/logins/current/recovery-code", {{"recovery_code", hash}}, house.pending()).member(),
            "recovery_code");
  house.partition->stop();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(house.folder.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    for (std::string code : alex.recovery_codes) {
      EXPECT_EQ(bytes.find(code), std::string::npos) << entry.path();
      std::erase(code, '-');
      EXPECT_EQ(bytes.find(code), std::string::npos) << entry.path();
    }
    EXPECT_EQ(bytes.find(alex.secret), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(hash), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(kAlex), std::string::npos) << entry.path();
  }
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

}  // namespace
}  // namespace tweestap::http::people
