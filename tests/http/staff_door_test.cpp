// The door of staff: what people with a staff role meet there, and what they do not get at the other one.
#include <gtest/gtest.h>

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

using domain::Role;

class StaffDoor : public ::testing::Test {
 protected:
  Heard at(ListenerKind door, Method method, std::string target, const Json& body, std::string token = {}) const {
    return house.ask({.method = method,
                      .target = std::move(target),
                      .body = body.is_null() ? "" : body.dump(),
                      .token = std::move(token),
                      .listener = door});
  }
  Heard log_in(ListenerKind door, std::string_view identifier, std::string_view password = kPassword) const {
    return at(door, Method::Post, "/v1/logins", {{"identifier", identifier}, {"password", password}});
  }
  // Logs in at staff's door for the first time, which is to enrol.
  Enrolled enrol(std::string_view identifier) {
    const Heard started = log_in(kStaff, identifier);
    EXPECT_EQ(started.json().value("state", ""), "enrolment_required") << started.body;
    const std::string login = started.json().at("login_token");
    const Json enrolment =
        at(kStaff, Method::Post, "/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, login).json();
    Enrolled out;
    out.secret = enrolment.at("totp").at("secret");
    const Heard done =
        at(kStaff, Method::Post, "/v1/account/enrolments/" + enrolment.at("enrolment").get<std::string>() + "/code",
           {{"code", house.code(out.secret)}}, login);
    EXPECT_EQ(done.status, 200) << done.body;
    out.session = done.json().at("session").at("session_token");
    house.next_step();
    return out;
  }

  static constexpr ListenerKind kStaff = ListenerKind::Staff;
  static constexpr ListenerKind kPublic = ListenerKind::Public;
  PeopleService house;
};

TEST_F(StaffDoor, ADM_2_AlwaysAsksBothSteps) {
  (void)house.account("h@example.org", kPassword, {Role::Person, Role::Helpdesk});
  const Enrolled helpdesk = enrol("h@example.org");
  const Heard again = log_in(kStaff, "h@example.org");
  ASSERT_EQ(again.json().at("state"), "code_required");
  EXPECT_EQ(again.json().at("remember"), "never");
  const Heard done = at(kStaff, Method::Post, "/v1/logins/current/code",
                        {{"code", house.code(helpdesk.secret)}, {"remember_me", true}}, again.json().at("login_token"));
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json().at("session").at("amr"), Json::array({"pwd", "otp"}));
  EXPECT_FALSE(done.json().contains("device_token"));
  EXPECT_FALSE(done.json().contains("remembered_until"));
}

TEST_F(StaffDoor, TakesADeviceTokenAndIgnoresIt) {
  (void)house.account("h@example.org", kPassword, {Role::Person, Role::Helpdesk});
  (void)enrol("h@example.org");
  for (const std::string& token : {"dvt_" + std::string(43, 'A'), std::string{"anything"}}) {
    const Heard heard = at(kStaff, Method::Post, "/v1/logins",
                           {{"identifier", "h@example.org"}, {"password", kPassword}, {"device_token", token}});
    EXPECT_EQ(heard.status, 201) << heard.body;
    EXPECT_EQ(heard.json().at("state"), "code_required");
  }
}

TEST_F(StaffDoor, AnybodyElseHearsWhatAWrongPasswordHears) {
  (void)house.account("alex@example.org");
  (void)house.account("h@example.org", kPassword, {Role::Person, Role::Helpdesk});
  const Heard person = log_in(kStaff, "alex@example.org");
  const Heard wrong = log_in(kStaff, "h@example.org", "a wrong password");
  const Heard unknown = log_in(kStaff, "nobody@example.org");
  EXPECT_EQ(person.status, 401);
  EXPECT_EQ(person.code(), "credentials_rejected");
  EXPECT_EQ(person.body, wrong.body);
  EXPECT_EQ(person.body, unknown.body);
}

TEST_F(StaffDoor, ASessionIsNotValidAtTheOtherDoor) {
  (void)house.account("h@example.org", kPassword, {Role::Person, Role::Helpdesk});
  const Enrolled helpdesk = enrol("h@example.org");
  EXPECT_EQ(at(kStaff, Method::Get, "/v1/session", nullptr, helpdesk.session).status, 200);
  EXPECT_EQ(at(kPublic, Method::Get, "/v1/session", nullptr, helpdesk.session).code(), "session_required");
  const Heard started = log_in(kPublic, "h@example.org");
  ASSERT_EQ(started.json().at("state"), "code_required") << started.body;
  const std::string login = started.json().at("login_token");
  EXPECT_EQ(at(kStaff, Method::Get, "/v1/logins/current", nullptr, login).code(), "session_required");
  const Heard done =
      at(kPublic, Method::Post, "/v1/logins/current/code", {{"code", house.code(helpdesk.secret)}}, login);
  ASSERT_EQ(done.status, 200) << done.body;
  const std::string session = done.json().at("session").at("session_token");
  EXPECT_EQ(at(kPublic, Method::Get, "/v1/session", nullptr, session).status, 200);
  EXPECT_EQ(at(kStaff, Method::Get, "/v1/session", nullptr, session).code(), "session_required");
}

TEST_F(StaffDoor, ADM_2_StaffEnrolReplaceAndDisableAtTheirDoorOnly) {
  (void)house.account("h@example.org", kPassword, {Role::Person, Role::Helpdesk});
  // At the other door they are persons: nothing is offered, and the routes say no.
  const Heard person = log_in(kPublic, "h@example.org");
  ASSERT_EQ(person.json().at("state"), "completed") << person.body;
  EXPECT_EQ(person.json().at("enrolment").at("offered"), false);
  const std::string session = person.json().at("session").at("session_token");
  const Json totp = {{"password", kPassword}, {"method", "totp"}};
  EXPECT_EQ(at(kPublic, Method::Post, "/v1/account/enrolments", totp, session).code(), "forbidden");
  house.make_mandatory();
  const Heard has_to = log_in(kPublic, "h@example.org");
  ASSERT_EQ(has_to.json().at("state"), "enrolment_required") << "it stays so where it is mandatory";
  EXPECT_EQ(at(kPublic, Method::Post, "/v1/account/enrolments", totp, has_to.json().at("login_token")).code(),
            "forbidden");

  const Enrolled helpdesk = enrol("h@example.org");
  const Heard started = log_in(kPublic, "h@example.org");
  const Heard done = at(kPublic, Method::Post, "/v1/logins/current/code", {{"code", house.code(helpdesk.secret)}},
                        started.json().at("login_token"));
  ASSERT_EQ(done.status, 200) << done.body;
  const std::string fresh = done.json().at("session").at("session_token");
  EXPECT_EQ(at(kPublic, Method::Post, "/v1/account/enrolments", totp, fresh).code(), "forbidden");
  EXPECT_EQ(at(kPublic, Method::Delete, "/v1/account/two-step", {{"password", kPassword}}, fresh).code(), "forbidden");
  EXPECT_EQ(at(kStaff, Method::Post, "/v1/account/enrolments", totp, helpdesk.session).status, 201);
  // Mandatory by the date, as for everybody.
  EXPECT_EQ(at(kStaff, Method::Delete, "/v1/account/two-step", {{"password", kPassword}}, helpdesk.session).code(),
            "state_conflict");
}

}  // namespace
}  // namespace tweestap::http::people
