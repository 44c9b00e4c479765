#pragma once
// A person of the demo with a browser and an authenticator app: the steps of the journey, each checked as it is taken.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/service_process.h"

namespace tweestap::tests {

inline const std::string kDemoIdentifier = "alex@example.org";
inline const std::string kDemoPassword = "tweestap-demo";

struct Person {
  std::string identifier = kDemoIdentifier;
  std::string password = kDemoPassword;
  std::string secret;  ///< of the authenticator app, base32
  std::vector<std::string> recovery_codes;
  std::string session;  ///< token

  [[nodiscard]] HttpAnswer log_in(const std::string& people) const {
    return call(people, "POST", "/v1/logins", {}, nlohmann::json{{"identifier", identifier}, {"password", password}});
  }

  /// Logs in where the password is enough.
  void open_session(const std::string& people) {
    const HttpAnswer login = log_in(people);
    ASSERT_EQ(login.status, 201) << login.body;
    ASSERT_EQ(login.text("state"), "completed") << login.body;
    session = login.json["session"]["session_token"];
  }

  /// From a session without two-step to one with it.
  void enrol(const std::string& people) {
    const HttpAnswer started = call(people, "POST", "/v1/account/enrolments", session,
                                    nlohmann::json{{"password", password}, {"method", "totp"}});
    ASSERT_EQ(started.status, 201) << started.body;
    secret = started.json["totp"]["secret"];
    const std::string enrolment = started.json["enrolment"];
    const HttpAnswer enabled = call(people, "POST", "/v1/account/enrolments/" + enrolment + "/code", session,
                                    nlohmann::json{{"code", next_app_code(secret)}});
    ASSERT_EQ(enabled.status, 200) << enabled.body;
    ASSERT_EQ(enabled.text("state"), "enabled");
    recovery_codes = enabled.json["recovery_codes"].get<std::vector<std::string>>();
    session = enabled.json["session"]["session_token"];
  }

  /// Logs in up to the second step; gives the login token.
  [[nodiscard]] std::string begin_login(const std::string& people) const {
    const HttpAnswer login = log_in(people);
    EXPECT_EQ(login.status, 201) << login.body;
    EXPECT_EQ(login.text("state"), "code_required") << login.body;
    return login.text("login_token");
  }

  void log_in_with_app(const std::string& people) {
    const HttpAnswer done = call(people, "POST", "/v1/logins/current/code", begin_login(people),
                                 nlohmann::json{{"code", next_app_code(secret)}});
    ASSERT_EQ(done.status, 200) << done.body;
    session = done.json["session"]["session_token"];
  }
};

}  // namespace tweestap::tests
