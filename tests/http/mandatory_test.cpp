// Two-step from a date on: offered before it, asked for from it, and what an organisation can ask and change.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/moment.h"
#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

using domain::Role;

// What an organisation with that date has; it lies `from_now` ahead.
class Organisation : public PeopleService {
 public:
  explicit Organisation(domain::Duration from_now) : date(services->now() + from_now) { set_date(date); }

  void set_date(std::optional<domain::Time> to) {
    domain::SetPolicy command;
    command.actor = domain::System{};
    command.mandatory_from = to;
    run(std::move(command));
  }
  void set_own_date(const domain::AccountId& account, std::optional<domain::Time> to) {
    run(domain::SetMandatoryFrom{account, domain::System{}, to});
  }
  [[nodiscard]] Json log_in_at(ListenerKind listener, std::string_view identifier = kAlex) const {
    return ask({.method = Method::Post,
                .target = "/v1/logins",
                .body = Json{{"identifier", identifier}, {"password", kPassword}}.dump(),
                .listener = listener})
        .json();
  }
  [[nodiscard]] std::string state_of_login(std::string_view identifier = kAlex) const {
    return log_in(identifier).json().at("state");
  }
  // How many people staff hear that a date would stop.
  [[nodiscard]] std::uint64_t preview(domain::Time from) {
    projections::Moment moment{partition->reader()};
    return must(moment.would_have_to_enrol(from));
  }

  domain::Time date;
};

TEST(MandatoryDate, IsOfferedBeforeWithWholeDaysLeft) {
  Organisation house{domain::days(12)};
  (void)house.account();
  const auto offer = [&] { return house.log_in().json().at("enrolment"); };
  Json expected{{"offered", true}, {"mandatory_from", domain::rfc3339(house.date)}, {"days_left", 12}};
  EXPECT_EQ(offer(), expected);
  house.after(domain::Duration{1});
  expected["days_left"] = 11;
  EXPECT_EQ(offer(), expected);
  house.after(domain::Duration{domain::days(11).us - 1});
  expected["days_left"] = 1;
  EXPECT_EQ(offer(), expected);
  house.after(domain::Duration{1});
  expected["days_left"] = 0;
  EXPECT_EQ(offer(), expected);
  house.after(domain::Duration{domain::days(1).us - 2});
  EXPECT_EQ(offer(), expected) << "a microsecond before";
  house.after(domain::Duration{1});
  const Json login = house.log_in().json();
  EXPECT_EQ(login.at("state"), "enrolment_required");
  EXPECT_FALSE(login.contains("enrolment"));
  EXPECT_FALSE(login.contains("session"));
}

TEST(MandatoryDate, HasNoDateAndNoDaysWhereNoneIsSet) {
  PeopleService house;
  (void)house.account();
  EXPECT_EQ(house.log_in().json().at("enrolment"), (Json{{"offered", true}}));
}

TEST(MandatoryDate, NotNowHidesTheOfferForADayAndIsAnEvent) {
  Organisation house{domain::days(3)};
  (void)house.account();
  const std::string session = house.session();
  EXPECT_EQ(house.post("/v1/account/two-step/deferrals", nullptr, session).status, 204);
  const Json event = house.events_after(house.head() - 1).front();
  EXPECT_EQ(event.at("type"), "two_step.enrolment_deferred");
  EXPECT_EQ(*domain::parse_rfc3339(event.at("data").at("until").get<std::string>()),
            *domain::parse_rfc3339(event.at("time").get<std::string>()) + domain::hours(24));
  Json expected{{"offered", false}, {"mandatory_from", domain::rfc3339(house.date)}, {"days_left", 3}};
  EXPECT_EQ(house.log_in().json().at("enrolment"), expected);
  house.after(domain::Duration{domain::hours(24).us - 1});
  expected["days_left"] = 2;
  EXPECT_EQ(house.log_in().json().at("enrolment"), expected);
  house.after(domain::Duration{1});
  expected["offered"] = true;
  EXPECT_EQ(house.log_in().json().at("enrolment"), expected);
}

TEST(MandatoryDate, NotNowIsOverAtTheDateItself) {
  Organisation house{domain::minutes(30)};
  (void)house.account();
  const std::string session = house.session();
  house.after(domain::Duration{domain::minutes(30).us - 1});
  EXPECT_EQ(house.post("/v1/account/two-step/deferrals", nullptr, session).status, 204);
  house.after(domain::Duration{1});
  EXPECT_EQ(house.post("/v1/account/two-step/deferrals", nullptr, session).code(), "state_conflict");
  // A deferral does not carry anybody over the date, and a session from before it goes on.
  EXPECT_EQ(house.state_of_login(), "enrolment_required");
  EXPECT_EQ(house.get("/v1/session", session).status, 200);
}

TEST(MandatoryDate, TheLoginTokenOpensOnlyTheEnrolmentRoutes) {
  Organisation house{domain::Duration{0}};
  (void)house.account();
  const std::string token = house.pending();
  const Json shown = house.get("/v1/logins/current", token).json();
  EXPECT_EQ(shown.at("state"), "enrolment_required");
  EXPECT_FALSE(shown.contains("login_token"));
  EXPECT_FALSE(shown.contains("method"));
  for (const std::string target : {"/v1/session", "/v1/account", "/v1/account/history"}) {
    EXPECT_EQ(house.get(target, token).code(), "session_required") << target;
  }
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", "123456"}}, token).code(), "session_required");
  EXPECT_EQ(house.post("/v1/logins/current/recovery-code", {{"recovery_code", "ABCDEFGHJKLM"}}, token).code(),
            "session_required");
  EXPECT_EQ(house.post("/v1/account/two-step/deferrals", nullptr, token).code(), "session_required");
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token).json();
  const std::string path = "/v1/account/enrolments/" + started.at("enrolment").get<std::string>();
  EXPECT_EQ(house.get(path, token).status, 200);
  const Heard enabled =
      house.post(path + "/code", {{"code", house.code(started.at("totp").at("secret").get<std::string>())}}, token);
  ASSERT_EQ(enabled.status, 200) << enabled.body;
  EXPECT_EQ(enabled.json().at("session").at("amr"), (Json{"pwd", "otp"}));
  EXPECT_EQ(house.state_of_login(), "code_required");
}

TEST(MandatoryDate, TheEnrolmentThatALoginStartsEndsWhenThatLoginDoes) {
  Organisation house{domain::Duration{0}};
  (void)house.account();
  const Json login = house.log_in().json();
  const std::string token = login.at("login_token");
  house.after(domain::minutes(4));
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token).json();
  EXPECT_EQ(started.at("expires_at"), login.at("expires_at"));
  const std::string path = "/v1/account/enrolments/" + started.at("enrolment").get<std::string>();
  house.after(domain::Duration{domain::minutes(6).us - 1'000});
  const Heard shown = house.get(path, token);
  EXPECT_EQ(shown.json().value("expires_at", ""), login.at("expires_at").get<std::string>()) << shown.body;
  house.after(domain::Duration{1'000});
  EXPECT_EQ(house.get(path, token).code(), "token_expired");
}

TEST(MandatoryDate, AnAccountsOwnDateTakesThePlaceOfTheOrganisations) {
  Organisation house{domain::days(10)};
  const auto alex = house.account();
  house.set_own_date(alex, house.date + domain::days(5));
  EXPECT_EQ(
      house.log_in().json().at("enrolment"),
      (Json{{"offered", true}, {"mandatory_from", domain::rfc3339(house.date + domain::days(5))}, {"days_left", 15}}));
  EXPECT_EQ(house.get("/v1/account", house.session()).json().at("two_step"),
            (Json{{"enabled", false}, {"mandatory_from", domain::rfc3339(house.date + domain::days(5))}}));
  house.after(domain::days(10));
  EXPECT_EQ(house.state_of_login(), "completed") << "extended";
  house.set_own_date(alex, std::nullopt);
  EXPECT_EQ(house.state_of_login(), "enrolment_required") << "taken back";
  house.set_own_date(alex, house.date + domain::days(5));
  house.after(domain::days(5));
  EXPECT_EQ(house.state_of_login(), "enrolment_required") << "the extension is over";
}

TEST(MandatoryDate, AnAccountCanHaveAnEarlierDateOfItsOwn) {
  Organisation house{domain::days(10)};
  const auto alex = house.account();
  house.set_own_date(alex, house.services->now());
  EXPECT_EQ(house.state_of_login(), "enrolment_required");
}

TEST(MandatoryDate, TwoStepIsNotSwitchedOffFromItOn) {
  Organisation house{domain::minutes(2)};
  (void)house.account();
  const Enrolled alex = house.enrol();
  const Ask off{.method = Method::Delete,
                .target = "/v1/account/two-step",
                .body = Json{{"password", kPassword}}.dump(),
                .token = alex.session};
  house.after(house.date - house.services->now());
  EXPECT_EQ(house.ask(off).code(), "state_conflict");
  house.set_date(house.services->now() + domain::Duration{1'000'000});
  EXPECT_EQ(house.ask(off).status, 204);
}

// Staff come to the public door as persons, but have their second step at their own (rule ADM-2).
TEST(ADM_2, StaffAreAskedAtThePublicDoorAndEnrolAtTheirOwn) {
  Organisation house{domain::days(1)};
  (void)house.account(kAlex, kPassword, {Role::Person, Role::Helpdesk});
  EXPECT_EQ(house.log_in_at(ListenerKind::Public).at("enrolment").at("offered"), false);
  house.after(domain::days(1));
  const Json stopped = house.log_in_at(ListenerKind::Public);
  EXPECT_EQ(stopped.at("state"), "enrolment_required");
  const Json body{{"password", kPassword}, {"method", "totp"}};
  EXPECT_EQ(house.post("/v1/account/enrolments", body, stopped.at("login_token")).code(), "forbidden");

  const Json at_own_door = house.log_in_at(ListenerKind::Staff);
  EXPECT_EQ(at_own_door.at("state"), "enrolment_required");
  const Heard started = house.ask({.method = Method::Post,
                                   .target = "/v1/account/enrolments",
                                   .body = body.dump(),
                                   .token = at_own_door.at("login_token"),
                                   .listener = ListenerKind::Staff});
  EXPECT_EQ(started.status, 201) << started.body;
}

TEST(ADM_2, TheStaffDoorAsksForBothStepsWhateverTheDate) {
  PeopleService house;
  (void)house.account(kAlex, kPassword, {Role::Auditor});
  const Heard heard = house.ask({.method = Method::Post,
                                 .target = "/v1/logins",
                                 .body = Json{{"identifier", kAlex}, {"password", kPassword}}.dump(),
                                 .listener = ListenerKind::Staff});
  EXPECT_EQ(heard.json().at("state"), "enrolment_required");
}

// The count that staff hear is the number of people who then are stopped, whatever their own dates say.
TEST(PolicyPreview, IsTheNumberOfPeopleWhoAreThenStopped) {
  Organisation house{domain::days(30)};
  std::vector<std::string> people;
  for (int n = 0; n < 8; ++n) people.push_back("p" + std::to_string(n) + "@example.org");
  std::vector<domain::AccountId> accounts;
  for (const std::string& one : people) accounts.push_back(house.account(one));
  house.set_own_date(accounts[0], house.date - domain::days(1));
  house.set_own_date(accounts[1], house.date);
  house.set_own_date(accounts[2], house.date + domain::Duration{1});
  house.set_own_date(accounts[3], house.date + domain::days(9));
  house.set_own_date(accounts[4], house.date + domain::days(9));
  house.set_own_date(accounts[4], std::nullopt);
  (void)house.enrol(people[5]);
  house.run(domain::DisableAccount{accounts[6], domain::System{}, "left"}, domain::Subject::of(accounts[6]));
  const std::uint64_t told = house.preview(house.date);
  EXPECT_EQ(told, 4U);  // the first two, the fifth, and the last, who has nothing special
  house.after(house.date - house.services->now());
  std::uint64_t stopped = 0;
  for (const std::string& one : people) {
    const Json login = house.log_in(one).json();
    stopped += login.value("state", "") == "enrolment_required" ? 1 : 0;
  }
  EXPECT_EQ(stopped, told);
}

}  // namespace
}  // namespace tweestap::http::people
