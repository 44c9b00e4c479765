// Enrolments and recovery codes, as a front end sees them.
#include <cctype>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

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
                                          {"remember", "12h"}}));
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

}  // namespace
}  // namespace tweestap::http::people
