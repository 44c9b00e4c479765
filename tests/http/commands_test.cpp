// Running one command: stale evidence, recomputation, the deadline.
#include "http/commands.h"

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

// A request as far as run_command() looks at it.
Request bare_request(const PeopleService& house) {
  Request request;
  request.method = Method::Post;
  request.texts = &house.texts;
  request.language = house.texts.fallback();
  request.request_id = "test";
  return request;
}

domain::StartLogin start_of(const domain::AccountId& account, std::uint64_t verifier_position) {
  domain::StartLogin command;
  command.account = account;
  command.session = domain::SessionId{{7}};
  command.password = domain::PasswordEvidence{verifier_position, true, std::nullopt};
  return command;
}

TEST(SES_4, StaleEvidenceIsComputedAgainTwiceAndThenGivenUp) {
  PeopleService house;
  const auto account = house.account();
  int computed = 0;
  const Response response = run_command(*house.services, bare_request(house),
                                        {.make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
                                           ++computed;
                                           return start_of(account, 999'999);
                                         },
                                         .seals_for = domain::Subject::of(account),
                                         .answer = [](const domain::Answer&) { return Response::empty(); },
                                         .account = account});
  EXPECT_EQ(computed, 3);
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(house.count("login.completed"), 0U);
}

TEST(SES_4, WhatWasStaleOnceCountsWhenComputedAgain) {
  PeopleService house;
  const auto account = house.account();
  int computed = 0;
  const Response response =
      run_command(*house.services, bare_request(house),
                  {.make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
                     ++computed;
                     return start_of(account, computed == 1 ? 999'999 : house.state(account).password.position);
                   },
                   .seals_for = domain::Subject::of(account),
                   .answer = [](const domain::Answer&) { return Response::empty(Success::Created); },
                   .account = account});
  EXPECT_EQ(computed, 2);
  EXPECT_EQ(response.status, 201);
}

TEST(SES_4, EvidenceOfASecretOrASetThatIsNoLongerCurrentIsVoid) {
  PeopleService house;
  const auto account = house.account();
  const Enrolled alex = house.enrol();
  const auto before = house.state(account);
  CommandBasis basis(*house.services, nullptr);
  const auto code = totp_evidence(*house.services, basis, account, before.two_step->secret_position, house.code(alex.secret));
  const auto typed = canonical_recovery_code(alex.recovery_codes[0]);
  const auto recovery = recovery_evidence(*house.services, before, *typed);
  ASSERT_TRUE(code && recovery && recovery->index);
  // Another app takes the place of the first, with other recovery codes.
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, alex.session).json();
  ASSERT_EQ(house
                .post("/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code",
                      {{"code", house.code(started.at("totp").at("secret").get<std::string>())}}, alex.session)
                .status,
            200);
  ASSERT_EQ(house.log_in().status, 201);
  const domain::LoginRef login{house.state(account).logins.back().id, domain::Listener::Public};
  const auto refused = [&](domain::Command command) {
    const auto result = submit_command(*house.services, std::move(command), domain::Subject::of(account));
    return result && !result->outcome ? std::optional{result->outcome.error().why} : std::nullopt;
  };
  domain::SubmitCode by_code;
  by_code.account = account;
  by_code.login = login;
  by_code.code = *code;
  EXPECT_EQ(refused(std::move(by_code)), domain::Refusal::Stale);
  domain::SubmitRecoveryCode by_recovery_code;
  by_recovery_code.account = account;
  by_recovery_code.login = login;
  by_recovery_code.code = *recovery;
  EXPECT_EQ(refused(std::move(by_recovery_code)), domain::Refusal::Stale);
}

TEST(RunCommand, IsUnavailableWhenItsDeadlineIsOver) {
  PeopleService house;
  (void)house.account();
  house.rules.command_deadline = domain::Duration{-1};
  EXPECT_EQ(house.log_in().code(), "unavailable");
  EXPECT_EQ(house.count("login.completed"), 0U);
  house.rules.command_deadline = domain::seconds(5);
  EXPECT_EQ(house.log_in().status, 201);
}

}  // namespace
}  // namespace tweestap::http::people
