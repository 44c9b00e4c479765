// Logging in, from the password to the second step.
#include <barrier>
#include <set>
#include <thread>

#include "platform/crypto/totp.h"
#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

TEST(StartLogin, CompletesWithoutASecondStepAndOffersOne) {
  PeopleService house;
  const auto account = house.account();
  const Heard heard = house.log_in();
  ASSERT_EQ(heard.status, 201) << heard.body;
  const Json json = heard.json();
  EXPECT_EQ(json.at("state"), "completed");
  EXPECT_EQ(json.at("session").at("account"), account.text());
  EXPECT_EQ(json.at("session").at("amr"), Json::array({"pwd"}));
  EXPECT_EQ(json.at("enrolment"), (Json{{"offered", true}}));
  EXPECT_FALSE(json.contains("recovery_codes_left"));
  const Json session = house.get("/v1/session", json.at("session").at("session_token")).json();
  EXPECT_EQ(session.at("session"), json.at("session").at("session"));
  EXPECT_EQ(session.at("roles"), Json::array({"person"}));
  EXPECT_FALSE(session.contains("stepped_up_at"));
}

TEST(StartLogin, WaitsForACodeAndShowsTheSameWithoutItsToken) {
  PeopleService house;
  (void)house.account();
  (void)house.enrol();
  const Heard started = house.log_in();
  ASSERT_EQ(started.status, 201) << started.body;
  Json json = started.json();
  EXPECT_EQ(json.at("state"), "code_required");
  EXPECT_EQ(json.at("method"), "totp");
  EXPECT_EQ(json.at("remember"), "12h");
  const std::string token = json.at("login_token");
  json.erase("login_token");
  const Heard shown = house.get("/v1/logins/current", token);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.json(), json);
}

TEST(StartLogin, RemembersNobodyYetAndTakesTheMembersAllTheSame) {
  PeopleService house;
  (void)house.account();
  const Heard heard = house.post(
      "/v1/logins", {{"identifier", kAlex}, {"password", kPassword}, {"device_token", "dvt_" + std::string(43, 'A')}});
  EXPECT_EQ(heard.status, 201) << heard.body;
  EXPECT_EQ(house.post("/v1/logins", {{"identifier", kAlex}, {"password", kPassword}, {"device_token", 1}}).member(),
            "device_token");
}

TEST(StartLogin, LivesTenMinutes) {
  PeopleService house;
  (void)house.account();
  (void)house.enrol();
  const std::string token = house.pending();
  house.after(just_before(domain::minutes(10)));
  EXPECT_EQ(house.get("/v1/logins/current", token).status, 200);
  house.after(domain::seconds(1));
  EXPECT_EQ(house.get("/v1/logins/current", token).code(), "token_expired");
  house.after(just_before(domain::hours(24)));
  EXPECT_EQ(house.get("/v1/logins/current", token).code(), "token_expired");
  house.after(domain::seconds(1));
  EXPECT_EQ(house.get("/v1/logins/current", token).code(), "session_required");
}

TEST(AbandonLogin, EndsItsToken) {
  PeopleService house;
  (void)house.account();
  (void)house.enrol();
  const std::string token = house.pending();
  EXPECT_EQ(house.del("/v1/logins/current", token).status, 204);
  EXPECT_EQ(house.del("/v1/logins/current", token).code(), "token_expired");
}

TEST(SubmitCode, CompletesTheLogin) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  const Heard heard =
      house.post("/v1/logins/current/code", {{"code", house.code(alex.secret)}}, token);
  ASSERT_EQ(heard.status, 200) << heard.body;
  const Json json = heard.json();
  EXPECT_EQ(json.at("state"), "completed");
  EXPECT_EQ(json.at("session").at("amr"), Json::array({"pwd", "otp"}));
  EXPECT_EQ(json.at("recovery_codes_left"), 6);
  EXPECT_FALSE(json.contains("device_token"));
  EXPECT_EQ(house.get("/v1/logins/current", token).code(), "token_expired");
}

TEST(OTP_5, TakesExactlySixDigits) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  const std::string right = house.code(alex.secret);
  const std::uint64_t before = house.head();
  for (const std::string& odd :
       {std::string{}, right.substr(1), right + "0", " " + right, right + " ", "+" + right.substr(1), right + "\n",
        right.substr(0, 3) + " " + right.substr(3), std::string{"12345a"}, std::string{"-12345"},
        std::string{"\uff11\uff12\uff13\uff14\uff15\uff16"}, std::string{"\u0661\u0662\u0663\u0664\u0665\u0666"},
        std::string{"0x1234"}, std::string{"1e5000"}}) {
    const Heard heard = house.post("/v1/logins/current/code", {{"code", odd}}, token);
    EXPECT_EQ(heard.code(), "malformed_request") << odd;
    EXPECT_EQ(heard.member(), "code") << odd;
  }
  for (const Json& odd : {Json(123456), Json(true), Json(nullptr), Json::array({right})}) {
    EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", odd}}, token).member(), "code");
  }
  EXPECT_EQ(house.head(), before) << "what is no code is no try";
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", right}}, token).status, 200);
}

TEST(OTP_3, AcceptsOneStepAroundNowAndNoStepTwiceOnAnyRoute) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  house.after(domain::minutes(5));
  for (const int away : {-2, 2}) {
    const Heard heard =
        house.post("/v1/logins/current/code", {{"code", house.code(alex.secret, away)}}, house.pending());
    EXPECT_EQ(heard.code(), "code_rejected") << away;
  }
  for (const int away : {-1, 0, 1}) {
    EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", house.code(alex.secret, away)}}, house.pending()).status,
              200)
        << away;
  }
  for (const int spent : {-1, 0, 1}) {
    const Json body{{"code", house.code(alex.secret, spent)}};
    EXPECT_EQ(house.post("/v1/logins/current/code", body, house.pending()).code(), "code_rejected") << spent;
    EXPECT_EQ(house.post("/v1/session/step-up/code", body, alex.session).code(), "code_rejected") << spent;
  }
}

TEST(OTP_3, TheEnrolmentSpendsItsStep) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token).json();
  const std::string secret = started.at("totp").at("secret");
  const std::string code = house.code(secret);
  ASSERT_EQ(house
                .post("/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code",
                      {{"code", code}}, token)
                .status,
            200);
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, house.pending()).code(), "code_rejected");
}

TEST(OTP_3, ASpentStepStaysSpentAfterARestart) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string code = house.code(alex.secret);
  ASSERT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, house.pending()).status, 200);
  const std::string waiting = house.pending();
  house.reopen();
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", code}}, waiting).code(), "code_rejected");
}

TEST(OTP_6, ParallelGuessesNeverEvaluateMoreThanTheLimit) {
  constexpr int kGuesses = 256;
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  const std::string wrong = house.wrong_code(alex.secret);
  std::atomic<int> rejected = 0;
  std::atomic<int> locked = 0;
  std::barrier start(64);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 64; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        for (int n = 0; n < kGuesses / 64; ++n) {
          const Heard heard = house.post("/v1/logins/current/code", {{"code", wrong}}, token);
          if (heard.code() == "code_rejected") ++rejected;
          if (heard.code() == "locked") ++locked;
        }
      });
    }
  }
  EXPECT_EQ(rejected, 10);
  EXPECT_EQ(locked, kGuesses - 10);
  EXPECT_EQ(house.count("login.code_rejected"), 10U);
  EXPECT_EQ(house.count("second_step.locked"), 1U);
}

TEST(OTP_6, TheTenthStillHearsRejectedAndTheNextOneLocked) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const Json wrong{{"code", house.wrong_code(alex.secret)}};
  for (int i = 0; i < 10; ++i) {
    // A new login resets nothing, nor does a step-up of the session.
    const Heard heard = i % 2 == 0 ? house.post("/v1/logins/current/code", wrong, house.pending())
                                   : house.post("/v1/session/step-up/code", wrong, alex.session);
    ASSERT_EQ(heard.code(), "code_rejected") << i;
  }
  const Json right{{"code", house.code(alex.secret)}};
  const std::string token = house.pending();
  const Heard locked = house.post("/v1/logins/current/code", right, token);
  EXPECT_EQ(locked.status, 423);
  const std::string until = locked.json().at("locked_until");
  EXPECT_EQ(house.get("/v1/logins/current", token).json().at("locked_until"), until);
  EXPECT_EQ(house.get("/v1/account", alex.session).json().at("two_step").at("locked_until"), until);
  EXPECT_EQ(house.post("/v1/session/step-up/code", right, alex.session).status, 423);
  house.reopen();
  EXPECT_EQ(house.post("/v1/logins/current/code", right, token).status, 423) << "a restart opens nothing";
  const Heard recovered =
      house.post("/v1/logins/current/recovery-code", {{"recovery_code", alex.recovery_codes[0]}}, token);
  EXPECT_EQ(recovered.status, 200) << recovered.body;
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", house.code(alex.secret)}}, house.pending()).status, 200);
}

TEST(OTP_4, ACodeOfAnotherAccountOrPurposeDoesNotCount) {
  PeopleService house;
  (void)house.account();
  (void)house.account("robin@example.org");
  const Enrolled alex = house.enrol();
  const Enrolled robin = house.enrol("robin@example.org");
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", house.code(robin.secret)}}, house.pending()).code(),
            "code_rejected");
  // A new app is being set up: its code is worth nothing at a login, and the old app's nothing at the enrolment.
  ASSERT_EQ(house.post("/v1/session/step-up/code", {{"code", house.code(alex.secret)}}, alex.session).status, 200);
  const std::string session = [&] {
    house.next_step();
    return house.post("/v1/logins/current/code", {{"code", house.code(alex.secret)}}, house.pending())
        .json()
        .at("session")
        .at("session_token")
        .get<std::string>();
  }();
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, session).json();
  const std::string target = "/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code";
  house.next_step();
  EXPECT_EQ(house.post(target, {{"code", house.code(alex.secret)}}, session).code(), "code_rejected");
  EXPECT_EQ(house
                .post("/v1/logins/current/code",
                      {{"code", house.code(started.at("totp").at("secret").get<std::string>())}}, house.pending())
                .code(),
            "code_rejected");
}

}  // namespace
}  // namespace tweestap::http::people
