// Codes by SMS as a front end sees them: enrolling, logging in, stepping up, and the brake.
#include <set>

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

constexpr const char* kHint = "+31 6 ••••••78";

class SmsHouse : public PeopleService {
 public:
  explicit SmsHouse(std::uint32_t budget_number = 10) {
    rules.domain.sms_budget_number = budget_number;
    allow_sms();
    alex = account();
  }

  [[nodiscard]] std::string wrong() const { return code_sent() == "000000" ? "000001" : "000000"; }

  [[nodiscard]] static std::string target(const Heard& started, const char* rest = "") {
    return "/v1/account/enrolments/" + started.json().at("enrolment").get<std::string>() + rest;
  }
  domain::AccountId alex;
};

TEST(EnrolBySms, ShowsTheMaskedNumberAndSwitchesOnWithTheCode) {
  SmsHouse house;
  const std::string token = house.session();
  const Heard started = house.start_by_sms(token);
  ASSERT_EQ(started.status, 201) << started.body;
  const Json json = started.json();
  EXPECT_EQ(json.at("method"), "sms");
  EXPECT_EQ(json.at("state"), "code_required");
  EXPECT_EQ(json.at("sms").at("phone_hint"), kHint);
  EXPECT_FALSE(json.contains("totp"));
  EXPECT_EQ(house.get(SmsHouse::target(started), token).json(), json);
  EXPECT_EQ(house.post(SmsHouse::target(started, "/code"), {{"code", house.wrong()}}, token).code(), "code_rejected");
  const Heard enabled = house.post(SmsHouse::target(started, "/code"), {{"code", house.code_sent()}}, token);
  ASSERT_EQ(enabled.status, 200) << enabled.body;
  EXPECT_EQ(enabled.json().at("recovery_codes").size(), 6U);
  EXPECT_EQ(enabled.json().at("session").at("amr"), (Json{"pwd", "sms"}));
  const std::string fresh = enabled.json().at("session").at("session_token");
  const Json two_step = house.get("/v1/account", fresh).json().at("two_step");
  EXPECT_EQ(two_step.at("method"), "sms");
  EXPECT_EQ(two_step.at("phone_hint"), kHint);
  EXPECT_EQ(house.get("/v1/account", token).code(), "token_expired");
}

TEST(SMS_1, ANumberThatIsNoMobilePhoneIsRefusedWithAReason) {
  SmsHouse house;
  const std::string token = house.session();
  std::set<std::string> reasons;
  for (const char* phone : {"020 1234567", "112", "0900 1234", "hello", "061234567"}) {
    const Heard heard = house.start_by_sms(token, phone);
    EXPECT_EQ(heard.status, 400) << phone;
    EXPECT_EQ(heard.code(), "invalid_phone") << phone;
    reasons.insert(heard.json().at("detail").get<std::string>());
  }
  EXPECT_EQ(reasons.size(), 4U) << "a landline, a short number, a service, no number";
  EXPECT_EQ(house.count("sms_code.issued"), 0U);
  const Heard belgian = house.start_by_sms(token, "+32 470 12 34 56");
  EXPECT_EQ(belgian.code(), "invalid_phone");
  EXPECT_EQ(house.count("sms_code.refused"), 1U) << "the country, after a right password";
}

TEST(EnrolBySms, TheNumberCanBeChangedAndTheCodeSentAgain) {
  SmsHouse house;
  const std::string token = house.session();
  const Heard started = house.start_by_sms(token);
  const std::string first = house.code_sent();
  EXPECT_EQ(house.post(SmsHouse::target(started, "/sms"), Json::object(), token).status, 429);
  house.after(domain::seconds(30));
  const Heard again = house.post(SmsHouse::target(started, "/sms"), Json::object(), token);
  ASSERT_EQ(again.status, 202) << again.body;
  EXPECT_EQ(again.json().at("sms_sent"), true);
  EXPECT_EQ(house.code_sent(), first) << "the same code";
  const Heard changed = house.ask({.method = Method::Patch,
                                   .target = SmsHouse::target(started),
                                   .body = R"({"phone":"+31 6 8765 4321"})",
                                   .token = token});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json().at("sms").at("phone_hint"), "+31 6 ••••••21");
  EXPECT_EQ(changed.json().at("enrolment"), started.json().at("enrolment"));
  if (house.code_sent() != first) {
    EXPECT_EQ(house.post(SmsHouse::target(started, "/code"), {{"code", first}}, token).code(), "code_rejected");
  }
  EXPECT_EQ(house.post(SmsHouse::target(started, "/code"), {{"code", house.code_sent()}}, token).status, 200);
}

TEST(LoginBySms, SaysWhereTheCodeWentAndCompletesWithIt) {
  SmsHouse house;
  (void)house.enrol_by_sms();
  const Heard waiting = house.log_in();
  ASSERT_EQ(waiting.status, 201) << waiting.body;
  const Json json = waiting.json();
  EXPECT_EQ(json.at("state"), "code_required");
  EXPECT_EQ(json.at("method"), "sms");
  EXPECT_EQ(json.at("phone_hint"), kHint);
  EXPECT_EQ(json.at("sms_sent"), true);
  EXPECT_TRUE(json.contains("resend_after"));
  const std::string token = json.at("login_token");
  Json shown = json;
  shown.erase("login_token");
  EXPECT_EQ(house.get("/v1/logins/current", token).json(), shown);
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", house.wrong()}}, token).code(), "code_rejected");
  const Heard in = house.post("/v1/logins/current/code", {{"code", house.code_sent()}}, token);
  ASSERT_EQ(in.status, 200) << in.body;
  EXPECT_EQ(in.json().at("session").at("amr"), (Json{"pwd", "sms"}));
}

TEST(OTP_2, ACodeBySmsCountsForItsLoginOnly) {
  SmsHouse house;
  (void)house.enrol_by_sms();
  const std::string first = house.pending();
  const std::string code = house.code_sent();
  const std::string second = house.pending();
  if (house.code_sent() == code) return;  // one in a million
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, second).code(), "code_rejected");
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, first).status, 200);
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, first).code(), "token_expired");
}

TEST(LoginBySms, TheSameCodeIsSentAgainFiveTimesAtMost) {
  SmsHouse house(100);
  house.rules.domain.sms_budget_account = 100;
  house.reopen();
  (void)house.enrol_by_sms();
  const std::string token = house.pending();
  const std::string code = house.code_sent();
  const Heard soon = house.post("/v1/logins/current/sms", Json::object(), token);
  EXPECT_EQ(soon.status, 429);
  EXPECT_EQ(soon.header("Retry-After"), "30");
  for (int i = 0; i < 5; ++i) {
    house.after(domain::seconds(30));
    EXPECT_EQ(house.post("/v1/logins/current/sms", Json::object(), token).status, 202);
  }
  house.after(domain::seconds(30));
  EXPECT_EQ(house.post("/v1/logins/current/sms", Json::object(), token).code(), "state_conflict");
  EXPECT_EQ(house.count("sms_code.issued"), 2U);
  EXPECT_EQ(house.count("sms_code.resent"), 5U);
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, token).status, 200);
}

TEST(SMS_2, ASpentBudgetHoldsTheCodeBackAndARecoveryCodeStillWorks) {
  SmsHouse house(2);
  const std::string token = house.session();
  const Heard started = house.start_by_sms(token);
  const Json enabled = house.post(SmsHouse::target(started, "/code"), {{"code", house.code_sent()}}, token).json();
  EXPECT_EQ(house.log_in().json().at("sms_sent"), true);
  const Heard held_back = house.log_in();
  ASSERT_EQ(held_back.status, 201);
  EXPECT_EQ(held_back.json().at("sms_sent"), false);
  const std::string waiting = held_back.json().at("login_token");
  house.after(domain::seconds(30));
  EXPECT_EQ(house.post("/v1/logins/current/sms", Json::object(), waiting).status, 429);
  EXPECT_EQ(
      house.post("/v1/logins/current/recovery-code", {{"recovery_code", enabled.at("recovery_codes").at(0)}}, waiting)
          .status,
      200);
  house.after(domain::minutes(61));
  EXPECT_EQ(house.log_in().json().at("sms_sent"), true) << "the hour is over";
}

TEST(SMS_2, WhatWasHeldBackIsAFigureByReasonWithEachReasonFromTheStartOn) {
  SmsHouse house(2);
  const auto figure = [&](std::string_view reason) {
    const std::string all = house.ask({.target = "/metrics", .listener = ListenerKind::Staff}).body;
    const std::string series = "\ntweestap_sms_refused_total{reason=\"" + std::string{reason} + "\"} ";
    const std::size_t at = all.find(series);
    return at == std::string::npos ? "absent"
                                   : all.substr(at + series.size(), all.find('\n', at + 1) - at - series.size());
  };
  for (const std::string_view reason : domain::kNames<domain::SmsRefusal>) EXPECT_EQ(figure(reason), "0") << reason;

  (void)house.enrol_by_sms();
  EXPECT_EQ(house.log_in().json().at("sms_sent"), true);
  EXPECT_EQ(figure("budget_number"), "0");
  const Heard held_back = house.log_in();
  EXPECT_EQ(held_back.json().at("sms_sent"), false);
  EXPECT_EQ(figure("budget_number"), "1");
  // Told a moment ago: that is no event, and so no figure.
  const std::string waiting = held_back.json().at("login_token");
  EXPECT_EQ(house.post("/v1/logins/current/sms", Json::object(), waiting).status, 429);
  EXPECT_EQ(figure("budget_number"), "1");
  house.after(domain::seconds(30));
  EXPECT_EQ(house.post("/v1/logins/current/sms", Json::object(), waiting).status, 429);
  EXPECT_EQ(figure("budget_number"), "2");
  EXPECT_EQ(house.count("sms_code.refused"), 2U);
  for (const char* other : {"budget_account", "budget_network", "budget_total", "country", "off"}) {
    EXPECT_EQ(figure(other), "0") << other;
  }
}

TEST(StepUpBySms, SendsACodeAndMakesTheSessionFresh) {
  SmsHouse house;
  const std::string token = house.enrol_by_sms();
  house.after(domain::minutes(6));
  EXPECT_EQ(house.post("/v1/account/recovery-codes", {{"password", kPassword}}, token).code(), "step_up_required");
  const Heard asked = house.post("/v1/session/step-up", Json::object(), token);
  ASSERT_EQ(asked.status, 202) << asked.body;
  EXPECT_EQ(asked.json().at("method"), "sms");
  EXPECT_EQ(asked.json().at("phone_hint"), kHint);
  EXPECT_EQ(asked.json().at("sms_sent"), true);
  EXPECT_TRUE(asked.json().contains("expires_at"));
  const Heard fresh = house.post("/v1/session/step-up/code", {{"code", house.code_sent()}}, token);
  ASSERT_EQ(fresh.status, 200) << fresh.body;
  const std::string renewed = fresh.json().at("session").at("session_token");
  EXPECT_EQ(house.post("/v1/account/recovery-codes", {{"password", kPassword}}, renewed).status, 201);
}

TEST(LoginBySms, ACodeOfYesterdayCountsUntilItsTenMinutesAreOver) {
  SmsHouse house;
  (void)house.enrol_by_sms();
  const std::int64_t day = domain::days(1).us;
  const std::int64_t into_the_day = house.clock.wall_us() % day;
  house.after({day - into_the_day - domain::minutes(1).us});
  const std::string token = house.pending();
  const std::string code = house.code_sent();
  house.after(domain::minutes(5));
  (void)house.pending();  // makes the key of the new day
  ASSERT_TRUE(house.keys->destroy_sms_code_keys(house.services->now(), house.rules.domain.sms_code_life));
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, token).status, 200);
}

// On a day that nobody got a code on yet: whether its key was made.
class NewDay {
 public:
  explicit NewDay(SmsHouse& house) : house_(house) {
    const std::int64_t day = domain::days(1).us;
    house.after({day - house.clock.wall_us() % day});
  }
  [[nodiscard]] bool has_key() const {
    const auto today = static_cast<std::uint32_t>(house_.clock.wall_us() / domain::days(1).us);
    return house_.keys->sms_code_key(today).has_value();
  }

 private:
  SmsHouse& house_;
};

TEST(SmsCodeKeys, AreMadeForWhoGetsACodeAndForNobodyElse) {
  constexpr const char* kByApp = "anna@example.org";
  constexpr const char* kShutOut = "bea@example.org";
  SmsHouse house;
  (void)house.enrol_by_sms();
  (void)house.account(kByApp);
  const Enrolled by_app = house.enrol(kByApp);
  const domain::AccountId shut_out = house.account(kShutOut);
  (void)house.enrol_by_sms(kShutOut);
  house.run(domain::DisableAccount{.account = shut_out, .actor = domain::System{}, .reason = "left"},
            domain::Subject::of(shut_out));

  const NewDay day{house};
  EXPECT_EQ(house.log_in(kAlex, "not the password").status, 401);
  EXPECT_EQ(house.log_in("nobody@example.org").status, 401);
  EXPECT_EQ(house.log_in(kShutOut).status, 401) << "its password is right, and nobody may see that";
  EXPECT_FALSE(day.has_key());

  // An account with an app, on every route that sends a code where one goes by SMS.
  const std::string pending = house.pending(kByApp);
  EXPECT_EQ(house.post("/v1/logins/current/sms", Json::object(), pending).status, 409);
  const Heard in = house.post("/v1/logins/current/code", {{"code", house.code(by_app.secret)}}, pending);
  ASSERT_EQ(in.status, 200) << in.body;
  const std::string session = in.json().at("session").at("session_token");
  EXPECT_EQ(house.post("/v1/session/step-up", Json::object(), session).status, 202);
  const Heard started = house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, session);
  ASSERT_EQ(started.status, 201) << started.body;
  EXPECT_EQ(house.post(SmsHouse::target(started, "/sms"), Json::object(), session).status, 409);
  EXPECT_EQ(house
                .post("/v1/account/enrolments",
                      {{"password", "not the password"}, {"method", "sms"}, {"phone", "06 12345678"}}, session)
                .status,
            401);
  EXPECT_FALSE(day.has_key());

  EXPECT_EQ(house.log_in().json().at("sms_sent"), true);
  EXPECT_TRUE(day.has_key());
}

TEST(SmsCodeKeys, WithoutAGatewayNoneIsMade) {
  SmsHouse house;
  (void)house.enrol_by_sms();
  house.rules.domain.sms_available = false;
  house.reopen();
  const NewDay day{house};
  const Heard waiting = house.log_in();
  ASSERT_EQ(waiting.status, 201) << waiting.body;
  EXPECT_EQ(waiting.json().at("sms_sent"), false);
  EXPECT_EQ(waiting.json().at("phone_hint"), kHint);
  house.after(domain::seconds(30));
  const std::string token = waiting.json().at("login_token");
  EXPECT_EQ(house.post("/v1/logins/current/sms", Json::object(), token).status, 409);
  EXPECT_EQ(house.count("sms_code.refused"), 2U);
  EXPECT_FALSE(day.has_key());
}

}  // namespace
}  // namespace tweestap::http::people
