// The whole journey against the real program over real sockets, with a restart in the middle of each step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <set>

#include "tests/journey/person.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;

// The demo's service; restart() is what an operator does, crash() what nobody does on purpose.
class Journey : public ::testing::Test {
 protected:
  Journey() { start(); }
  void start() {
    service_ = std::make_unique<ServiceProcess>(ServiceProcess::Options{folder_.path() / "demo", {"--demo"}, {}});
  }
  void restart() {
    EXPECT_EQ(service_->stop(), 0);
    start();
  }
  void crash() {
    service_->kill();
    start();
  }
  [[nodiscard]] const std::string& people() const { return service_->people(); }
  [[nodiscard]] const std::string& staff() const { return service_->staff(); }

  TemporaryFolder folder_;
  std::unique_ptr<ServiceProcess> service_;
  Person alex_;
};

TEST_F(Journey, APersonEnrolsAndLogsInWithTheAppAndWithARecoveryCode) {
  const HttpAnswer first = alex_.log_in(people());
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(first.json["session"]["amr"], json::array({"pwd"}));
  EXPECT_EQ(first.json["enrolment"]["offered"], true);
  EXPECT_FALSE(first.json.contains("recovery_codes_left"));
  alex_.session = first.json["session"]["session_token"];

  restart();
  alex_.enrol(people());
  EXPECT_EQ(std::set<std::string>(alex_.recovery_codes.begin(), alex_.recovery_codes.end()).size(), 6U);
  EXPECT_EQ(call(people(), "POST", "/v1/account/recovery-codes/acknowledge", alex_.session).status, 204);

  crash();
  const std::string login = alex_.begin_login(people());
  crash();
  EXPECT_EQ(call(people(), "GET", "/v1/logins/current", login).text("method"), "totp");
  const HttpAnswer done =
      call(people(), "POST", "/v1/logins/current/code", login, json{{"code", next_app_code(alex_.secret)}});
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json["session"]["amr"], json::array({"pwd", "otp"}));
  EXPECT_EQ(done.json["recovery_codes_left"], 6);

  const std::string again = alex_.begin_login(people());
  restart();
  const HttpAnswer recovered = call(people(), "POST", "/v1/logins/current/recovery-code", again,
                                    json{{"recovery_code", alex_.recovery_codes[2]}});
  ASSERT_EQ(recovered.status, 200) << recovered.body;
  EXPECT_EQ(recovered.json["session"]["amr"], json::array({"pwd", "recovery"}));
  EXPECT_EQ(recovered.json["recovery_codes_left"], 5);
  alex_.session = recovered.json["session"]["session_token"];

  const HttpAnswer history =
      call(people(), "GET", "/v1/account/history", alex_.session, {}, {{"Accept-Language", "nl"}});
  ASSERT_EQ(history.status, 200) << history.body;
  std::vector<std::string> types;
  for (const auto& event : history.json["events"]) {
    types.push_back(event["type"]);
    EXPECT_FALSE(event["text"].get<std::string>().empty());
  }
  EXPECT_EQ(types.front(), "login.completed");
  EXPECT_EQ(types.back(), "account.registered");
  EXPECT_THAT(types, Contains("recovery_code.used"));
}

TEST_F(Journey, REC_1_ARecoveryCodeWorksOnceAlsoAfterACrash) {
  alex_.open_session(people());
  alex_.enrol(people());
  const json code{{"recovery_code", alex_.recovery_codes[0]}};
  EXPECT_EQ(call(people(), "POST", "/v1/logins/current/recovery-code", alex_.begin_login(people()), code).status, 200);
  crash();
  const HttpAnswer again =
      call(people(), "POST", "/v1/logins/current/recovery-code", alex_.begin_login(people()), code);
  EXPECT_EQ(again.status, 401);
  EXPECT_EQ(again.text("code"), "code_rejected");
}

TEST_F(Journey, OTP_3_ASpentStepIsRefusedAfterKill9AndOnEveryRoute) {
  alex_.open_session(people());
  alex_.enrol(people());
  const std::string login = alex_.begin_login(people());
  const std::string code = next_app_code(alex_.secret);
  const HttpAnswer done = call(people(), "POST", "/v1/logins/current/code", login, json{{"code", code}});
  ASSERT_EQ(done.status, 200) << done.body;
  const std::string session = done.json["session"]["session_token"];
  crash();
  const HttpAnswer replay =
      call(people(), "POST", "/v1/logins/current/code", alex_.begin_login(people()), json{{"code", code}});
  EXPECT_EQ(replay.text("code"), "code_rejected") << replay.body;
  const HttpAnswer step_up = call(people(), "POST", "/v1/session/step-up/code", session, json{{"code", code}});
  EXPECT_EQ(step_up.text("code"), "code_rejected") << step_up.body;
}

TEST_F(Journey, AnIdempotencyKeyGivesTheFirstAnswerAlsoAfterARestart) {
  const json body{{"identifier", kDemoIdentifier}, {"password", kDemoPassword}};
  const HttpHeaders key{{"Idempotency-Key", "the-same"}};
  const HttpAnswer first = call(people(), "POST", "/v1/logins", {}, body, key);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(call(people(), "POST", "/v1/logins", {}, body, key).body, first.body);
  crash();
  EXPECT_EQ(call(people(), "POST", "/v1/logins", {}, body, key).body, first.body);
  alex_.session = first.json["session"]["session_token"];
  EXPECT_EQ(call(people(), "GET", "/v1/session", alex_.session).status, 200);
  const json enrol{{"password", kDemoPassword}, {"method", "totp"}};
  const HttpAnswer started = call(people(), "POST", "/v1/account/enrolments", alex_.session, enrol, key);
  ASSERT_EQ(started.status, 201) << started.body;
  const json other{{"password", kDemoPassword + "x"}, {"method", "totp"}};
  EXPECT_EQ(call(people(), "POST", "/v1/account/enrolments", alex_.session, other, key).text("code"),
            "idempotency_conflict");
}

TEST_F(Journey, SES_2_ChangingThePasswordEndsTheOtherSessionAndTheOldPassword) {
  alex_.open_session(people());
  Person elsewhere = alex_;
  elsewhere.open_session(people());
  const HttpAnswer changed = call(people(), "POST", "/v1/account/password", alex_.session,
                                  json{{"current_password", kDemoPassword}, {"new_password", "a new long password"}});
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(call(people(), "GET", "/v1/session", elsewhere.session).text("code"), "token_expired");
  EXPECT_EQ(call(people(), "GET", "/v1/session", alex_.session).text("code"), "token_expired");
  EXPECT_EQ(call(people(), "GET", "/v1/session", changed.json["session"]["session_token"]).status, 200);
  crash();
  EXPECT_EQ(alex_.log_in(people()).text("code"), "credentials_rejected");
  alex_.password = "a new long password";
  EXPECT_EQ(alex_.log_in(people()).status, 201);
}

TEST_F(Journey, ADM_2_StaffRoutesDoNotExistForPeopleAndStaffEnrolAtTheirDoor) {
  EXPECT_EQ(call(people(), "GET", "/v1/policy").status, 404);
  EXPECT_EQ(call(staff(), "GET", "/v1/policy").status, 401);
  EXPECT_EQ(alex_.log_in(staff()).text("code"), "credentials_rejected");
  Person admin;
  admin.identifier = "admin@example.org";
  const HttpAnswer login = admin.log_in(staff());
  ASSERT_EQ(login.text("state"), "enrolment_required") << login.body;
  admin.session = login.text("login_token");
  admin.enrol(staff());
  EXPECT_EQ(call(staff(), "GET", "/v1/policy", admin.session).status, 200);
  EXPECT_EQ(call(people(), "GET", "/v1/session", admin.session).text("code"), "session_required");
}

TEST_F(Journey, ENU_1_UnknownWrongAndDisabledAnswerTheSameBytes) {
  const auto tried = [&](const std::string& identifier, const std::string& password) {
    HttpAnswer answer =
        call(people(), "POST", "/v1/logins", {}, json{{"identifier", identifier}, {"password", password}});
    return std::to_string(answer.status) + answer.body;
  };
  const std::string wrong = tried(kDemoIdentifier, "not the password");
  EXPECT_EQ(tried("nobody@example.org", "not the password"), wrong);
  EXPECT_THAT(wrong, HasSubstr("credentials_rejected"));
}

TEST_F(Journey, KeepsItsFolderAndItsAdminKeyOverAStart) {
  TemporaryFolder other;
  const auto key_file = other.path() / "admin-key";
  const ServiceProcess::Options options{other.path() / "data", {"--admin-key-file", key_file.string()}, {}};
  std::string key;
  {
    ServiceProcess service{options};
    std::ifstream{key_file} >> key;
    const HttpAnswer made = call(service.staff(), "POST", "/v1/accounts", key,
                                 json{{"identifier", "Sam@Example.org"}, {"password", "correct horse battery"}});
    EXPECT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(service.stop(), 0);
  }
  ServiceProcess service{options};
  const HttpAnswer found =
      call(service.staff(), "POST", "/v1/accounts/lookup", key, json{{"identifier", "sam@example.org"}});
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(found.json["accounts"].size(), 1U);
}

}  // namespace
}  // namespace tweestap::tests
