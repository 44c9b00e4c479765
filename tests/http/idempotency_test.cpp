// Idempotency-Key: who repeats a command hears its first answer.
#include "http/idempotency.h"

#include <barrier>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

Ask with_key(const char* target, const Json& body, std::string token, std::string key = "k-1") {
  return {.method = Method::Post,
          .target = target,
          .body = body.is_null() ? "" : body.dump(),
          .token = std::move(token),
          .headers = {{"Idempotency-Key", std::move(key)}}};
}
const Json kLogin{{"identifier", kAlex}, {"password", kPassword}};

TEST(IdempotencyKey, Has1To64VisibleCharacters) {
  EXPECT_TRUE(is_idempotency_key("!"));
  EXPECT_TRUE(is_idempotency_key(std::string(64, '~')));
  EXPECT_FALSE(is_idempotency_key(""));
  EXPECT_FALSE(is_idempotency_key(std::string(65, 'a')));
  EXPECT_FALSE(is_idempotency_key("a b"));
  EXPECT_FALSE(is_idempotency_key("\x7f"));
  EXPECT_FALSE(is_idempotency_key("\u00e9"));
  PeopleService house;
  (void)house.account();
  EXPECT_EQ(house.ask(with_key("/v1/logins", kLogin, "", "a b")).code(), "malformed_request");
  Ask twice = with_key("/v1/logins", kLogin, "");
  twice.headers.push_back({"Idempotency-Key", "k-2"});
  EXPECT_EQ(house.ask(twice).code(), "malformed_request");
}

TEST(IdempotencyKey, RepeatsTheFirstAnswerAndStoresNothingMore) {
  PeopleService house;
  (void)house.account();
  const Heard first = house.ask(with_key("/v1/logins", kLogin, ""));
  const std::uint64_t head = house.head();
  const Heard again = house.ask(with_key("/v1/logins", kLogin, ""));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(house.head(), head);
  EXPECT_NE(house.ask(with_key("/v1/logins", kLogin, "", "k-2")).body, first.body) << "another key";
  Json other = kLogin;
  other["password"] = "another one";
  EXPECT_EQ(house.ask(with_key("/v1/logins", other, "")).code(), "credentials_rejected")
      << "without a token another body is just another request";
}

TEST(IdempotencyKey, RepeatsARestartLaterAndForADay) {
  PeopleService house;
  (void)house.account();
  const Heard first = house.ask(with_key("/v1/logins", kLogin, ""));
  house.reopen();
  EXPECT_EQ(house.ask(with_key("/v1/logins", kLogin, "")).body, first.body);
  house.after(just_before(domain::hours(24)));
  EXPECT_EQ(house.ask(with_key("/v1/logins", kLogin, "")).body, first.body);
  house.after(domain::seconds(1));
  EXPECT_NE(house.ask(with_key("/v1/logins", kLogin, "")).body, first.body);
}

TEST(IdempotencyKey, ATryThatCountedIsRepeatedAndNotCountedAgain) {
  PeopleService house;
  (void)house.account();
  Json wrong = kLogin;
  wrong["password"] = "not the harbour";
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(house.ask(with_key("/v1/logins", wrong, "")).code(), "credentials_rejected");
  }
  EXPECT_EQ(house.count("login.password_rejected"), 1U);
}

TEST(IdempotencyKey, WhatStoredNothingIsJudgedAgain) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  EXPECT_EQ(house.ask(with_key("/v1/account/two-step/deferrals", nullptr, alex.session)).code(), "state_conflict");
  ASSERT_EQ(house
                .ask({.method = Method::Delete,
                      .target = "/v1/account/two-step",
                      .body = Json{{"password", kPassword}}.dump(),
                      .token = alex.session})
                .status,
            204);
  EXPECT_EQ(house.ask(with_key("/v1/account/two-step/deferrals", nullptr, alex.session)).status, 204);
}

TEST(IdempotencyKey, AnotherBodyIsAConflictAndAnotherTokenAnotherRequest) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  const Json wrong{{"code", house.wrong_code(alex.secret)}};
  EXPECT_EQ(house.ask(with_key("/v1/logins/current/code", wrong, token)).code(), "code_rejected");
  const Json right{{"code", house.code(alex.secret)}};
  EXPECT_EQ(house.ask(with_key("/v1/logins/current/code", right, token)).code(), "idempotency_conflict");
  EXPECT_EQ(house.ask(with_key("/v1/logins/current/code", right, house.pending())).status, 200);
}

TEST(IdempotencyKey, ATokenThatThisCommandEndedStillHearsItsAnswer) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  const Json body{{"code", house.code(alex.secret)}};
  const Heard first = house.ask(with_key("/v1/logins/current/code", body, token));
  ASSERT_EQ(first.status, 200);
  EXPECT_EQ(house.get("/v1/logins/current", token).code(), "token_expired");
  EXPECT_EQ(house.ask(with_key("/v1/logins/current/code", body, token)).body, first.body);
  EXPECT_EQ(house.ask(with_key("/v1/logins/current/code", body, token, "k-2")).code(), "token_expired");
  EXPECT_EQ(house.ask(with_key("/v1/logins/current/code", {{"code", "000000"}}, token)).code(), "idempotency_conflict");
}

TEST(IdempotencyKey, ATokenThatAnotherCommandEndedHearsThatItIsOver) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  ASSERT_EQ(house.ask(with_key("/v1/account/two-step/deferrals", nullptr, token)).status, 204);
  ASSERT_EQ(house.del("/v1/session", token).status, 204);
  EXPECT_EQ(house.ask(with_key("/v1/account/two-step/deferrals", nullptr, token)).code(), "token_expired");
}

TEST(IdempotencyKey, LoggingOutTwiceSucceedsTwice) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  const Ask ask{
      .method = Method::Delete, .target = "/v1/session", .token = token, .headers = {{"Idempotency-Key", "bye"}}};
  EXPECT_EQ(house.ask(ask).status, 204);
  EXPECT_EQ(house.ask(ask).status, 204);
  EXPECT_EQ(house.count("session.ended"), 1U);
}

TEST(SES_2, APasswordChangeVoidsKeptAnswersButItsOwn) {
  PeopleService house;
  (void)house.account();
  const Heard first = house.ask(with_key("/v1/logins", kLogin, ""));
  const std::string token = first.json().at("session").at("session_token");
  const Ask change =
      with_key("/v1/account/password", {{"current_password", kPassword}, {"new_password", "a loud harbour"}}, token);
  const Heard changed = house.ask(change);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(house.ask(change).body, changed.body);
  EXPECT_EQ(house.ask(with_key("/v1/logins", kLogin, "")).code(), "credentials_rejected") << "judged again";
}

// An answer with a session in it, kept for whoever has the login's token and the key.
struct KeptLogin {
  Ask ask;
  std::string body;
  std::string session;
};
KeptLogin kept_login(PeopleService& house, const Enrolled& alex) {
  KeptLogin kept{with_key("/v1/logins/current/code", {{"code", house.code(alex.secret)}}, house.pending()), {}, {}};
  const Heard heard = house.ask(kept.ask);
  EXPECT_EQ(heard.status, 200) << heard.body;
  kept.body = heard.body;
  kept.session = heard.json().at("session").at("session_token");
  EXPECT_EQ(house.ask(kept.ask).body, kept.body);
  return kept;
}

TEST(SES_2, AMethodChangeVoidsKeptAnswersButItsOwn) {
  PeopleService house;
  (void)house.account();
  const KeptLogin login = kept_login(house, house.enrol());
  const Json started =
      house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, login.session).json();
  EXPECT_EQ(house.ask(login.ask).body, login.body) << "nothing has changed yet";
  const std::string target = "/v1/account/enrolments/" + started.at("enrolment").get<std::string>() + "/code";
  const Ask change = with_key(
      target.c_str(), {{"code", house.code(started.at("totp").at("secret").get<std::string>())}}, login.session);
  const Heard changed = house.ask(change);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(house.count("two_step.method_changed"), 1U);
  EXPECT_EQ(house.ask(login.ask).code(), "token_expired") << "judged again";
  EXPECT_EQ(house.ask(change).body, changed.body);
}

TEST(SES_2, AResetVoidsKeptAnswers) {
  PeopleService house;
  const domain::AccountId account = house.account();
  const KeptLogin login = kept_login(house, house.enrol());
  const Heard password = house.ask(with_key("/v1/logins", kLogin, ""));
  ASSERT_EQ(password.json().value("state", ""), "code_required") << password.body;
  EXPECT_EQ(house.ask(with_key("/v1/logins", kLogin, "")).body, password.body);
  house.run(domain::RequestReset{account, domain::ResetId{{0xF1}}, domain::System{}, false, "lost the phone"},
            domain::Subject::of(account));
  EXPECT_EQ(house.ask(login.ask).code(), "token_expired") << "judged again";
  EXPECT_EQ(house.ask(with_key("/v1/logins", kLogin, "")).json().value("state", ""), "enrolment_required");
}

TEST(IdempotencyKey, AnEnrolmentsAnswerGoesWithTheEnrolment) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  const Json body{{"password", kPassword}, {"method", "totp"}};
  const Heard first = house.ask(with_key("/v1/account/enrolments", body, token));
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(house.ask(with_key("/v1/account/enrolments", body, token)).body, first.body);
  ASSERT_EQ(house.del("/v1/account/enrolments/" + first.json().at("enrolment").get<std::string>(), token).status, 204);
  const Heard second = house.ask(with_key("/v1/account/enrolments", body, token));
  EXPECT_EQ(second.status, 201);
  EXPECT_NE(second.body, first.body);
  house.after(domain::minutes(10));
  EXPECT_NE(house.ask(with_key("/v1/account/enrolments", body, token)).body, second.body) << "expired";
}

TEST(IdempotencyKey, RecoveryCodesAreHeardAgainUntilDoneOrTenMinutes) {
  for (const bool done : {true, false}) {
    PeopleService house;
    (void)house.account();
    const Enrolled alex = house.enrol();
    const Ask ask = with_key("/v1/account/recovery-codes", {{"password", kPassword}}, alex.session);
    const Heard first = house.ask(ask);
    ASSERT_EQ(first.status, 201) << first.body;
    house.after(just_before(domain::minutes(10)));
    EXPECT_EQ(house.ask(ask).body, first.body) << "without being fresh any more";
    if (done) {
      ASSERT_EQ(house.post("/v1/account/recovery-codes/acknowledge", nullptr, alex.session).status, 204);
    } else {
      house.after(domain::seconds(1));
    }
    EXPECT_EQ(house.ask(ask).code(), "step_up_required") << "judged again";
  }
}

TEST(IdempotencyKey, ARepeatWaitsForTheFirst) {
  PeopleService house;
  (void)house.account();
  std::barrier start(16);
  std::vector<std::string> bodies(16);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        bodies[i] = house.ask(with_key("/v1/logins", kLogin, "")).body;
      });
    }
  }
  for (const std::string& body : bodies) EXPECT_EQ(body, bodies.front());
  EXPECT_EQ(house.count("login.completed"), 1U);
}

TEST(IdempotencyKey, CookiesAreRepeatedToo) {
  PeopleService house;
  (void)house.account();
  Ask ask = with_key("/v1/logins", kLogin, "");
  const Heard in_body = house.ask(ask);
  ask.headers.push_back({"X-Requested-With", "tweestap"});
  const Heard first = house.ask(ask);
  ASSERT_EQ(first.cookies().size(), 1U);
  EXPECT_EQ(first.body.find("sst_"), std::string::npos);
  EXPECT_EQ(house.ask(ask).cookies(), first.cookies());
  EXPECT_TRUE(in_body.cookies().empty()) << "without the header never a cookie";
}

TEST(IdempotencyKey, NothingOfAKeptAnswerIsOnTheDiskInPlainText) {
  PeopleService house;
  (void)house.account();
  const Heard first = house.ask(with_key("/v1/logins", kLogin, "", "a-key-that-can-be-found"));
  const std::string token = first.json().at("session").at("session_token");
  house.partition->stop();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(house.folder.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    for (const std::string& secret : {token, token.substr(4), std::string{"a-key-that-can-be-found"}}) {
      EXPECT_EQ(bytes.find(secret), std::string::npos) << entry.path();
    }
  }
}

TEST(KeptResponse, ReadsBackAndIsDamagedOtherwise) {
  KeptResponse kept;
  kept.response = Response::json(Success::Created, "{\"a\":1}");
  kept.response.headers.push_back({"Set-Cookie", "x=y"});
  kept.ended_token = true;
  kept.account = domain::AccountId{{1, 2, 3}};
  kept.last_position = 77;
  kept.enrolment = domain::EnrolmentId{{4}};
  kept.recovery_set = 76;
  kept.ends_at = domain::Time{5};
  const platform::Secret bytes = encode_kept(kept);
  const auto back = decode_kept(bytes.reveal_text());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->response.body, kept.response.body);
  EXPECT_EQ(back->response.content_type, "application/json");
  EXPECT_EQ(back->response.headers.at(0).value, "x=y");
  EXPECT_EQ(back->account, kept.account);
  EXPECT_EQ(back->last_position, 77U);
  EXPECT_EQ(back->enrolment, kept.enrolment);
  EXPECT_EQ(back->recovery_set, 76U);
  EXPECT_EQ(back->ends_at, domain::Time{5});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_kept(bytes.reveal_text().substr(0, size))) << size;
  }
  EXPECT_FALSE(decode_kept(std::string{bytes.reveal_text()} + "x"));
}

}  // namespace
}  // namespace tweestap::http::people
