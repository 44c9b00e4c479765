// Passwords: what a wrong one hears, how it slows down, and what it costs.
#include <barrier>
#include <regex>
#include <thread>

#include "http/commands.h"
#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

std::string masked(const Heard& heard) {
  std::string text = std::to_string(heard.status) + heard.body;
  for (const ResponseHeader& one : heard.headers) text.append("\n").append(one.name).append(": ").append(one.value);
  return text;
}

TEST(ENU_1, UnknownWrongDisabledAndWithoutPasswordHearTheSameBytes) {
  PeopleService house;
  (void)house.account();
  (void)house.account("none@example.org", nullptr);
  const auto closed = house.account("closed@example.org");
  house.run(domain::DisableAccount{.account = closed, .actor = domain::System{}, .reason = "gone"},
            domain::Subject::of(closed));
  const std::string wrong = masked(house.log_in(kAlex, "not the harbour"));
  EXPECT_NE(wrong.find("credentials_rejected"), std::string::npos);
  EXPECT_EQ(masked(house.log_in("nobody@example.org")), wrong);
  EXPECT_EQ(masked(house.log_in("none@example.org")), wrong);
  EXPECT_EQ(masked(house.log_in("closed@example.org")), wrong);
  EXPECT_EQ(masked(house.log_in("closed@example.org", "not the harbour")), wrong);
  EXPECT_EQ(masked(house.log_in("no address at all")), wrong);
  const Heard at_staff = house.ask({.method = Method::Post,
                                    .target = "/v1/logins",
                                    .body = Json{{"identifier", kAlex}, {"password", kPassword}}.dump(),
                                    .listener = ListenerKind::Staff});
  EXPECT_EQ(masked(at_staff), wrong) << "a person at the door of staff";
  EXPECT_EQ(house.count("login.password_rejected"), 5U);
  EXPECT_EQ(house.count("login.refused"), 2U);
}

TEST(ENU_1, ThrottlesUnknownIdentifiersLikeKnownOnes) {
  PeopleService house;
  (void)house.account();
  // Each from a network of its own, so that only the identifier's count differs.
  const auto heard_by = [&](const char* identifier, const char* client) {
    std::string all;
    for (int i = 0; i < 8; ++i) {
      const Heard heard = house.ask({.method = Method::Post,
                                     .target = "/v1/logins",
                                     .body = Json{{"identifier", identifier}, {"password", "not the harbour"}}.dump(),
                                     .client = client});
      all.append(masked(heard)).append("\n");
      house.after(domain::seconds(1));
    }
    return all;
  };
  EXPECT_EQ(heard_by(kAlex, "192.0.2.7"), heard_by("nobody@example.org", "198.51.100.7"));
}

TEST(ENU_1, AnUnknownIdentifierAlwaysPaysTheSameInTheProportionsThatWereSeen) {
  const platform::Argon2Params usual{.memory_kib = 8, .iterations = 1, .parallelism = 1};
  const platform::Argon2Params old{.memory_kib = 16, .iterations = 1, .parallelism = 1};
  const auto of = [](const platform::Argon2Params& params) {
    platform::PasswordVerifier verifier;
    verifier.params = params;
    return platform::StoredVerifier{std::move(verifier)};
  };
  StandIns stand_ins(usual);
  for (std::uint64_t i = 0; i < 250; ++i) stand_ins.saw(of(old), 100 + i);
  for (std::uint64_t i = 0; i < 749; ++i) stand_ins.saw(of(usual), 1000 + i);
  int olds = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    domain::LookupHash hash;
    const std::uint32_t place = i * 4'294'967;  // evenly over 32 bits
    for (std::size_t n = 0; n < 4; ++n) hash.bytes[n] = static_cast<std::uint8_t>(place >> (24 - 8 * n));
    const auto cost = stand_ins.pick(hash);
    EXPECT_EQ(cost.params, stand_ins.pick(hash).params);
    olds += cost.params == old ? 1 : 0;
  }
  EXPECT_NEAR(olds, 250, 2);
}

TEST(ENU_1, AfterARestartTheCostsOfTheAccountsThatExistAreKnown) {
  PeopleService house;
  (void)house.account();
  const platform::Argon2Params old = house.rules.argon2;
  house.rules.argon2.iterations = 2;
  house.reopen();
  domain::LookupHash somebody;
  somebody.bytes[0] = 0x80;
  EXPECT_EQ(house.stand_ins->pick(somebody).params, house.rules.argon2);
  EXPECT_EQ(house.log_in("nobody@example.org").code(), "credentials_rejected");
  EXPECT_EQ(house.stand_ins->pick(somebody).params, old) << "what nearly every account has";
}

TEST(THR_1, OneCanonicalIdentifierDecidesTheAccountAndTheCounter) {
  PeopleService house;
  (void)house.account("alex@bücher.example");
  for (const char* spelt : {"alex@bücher.example", " ALEX@BÜCHER.EXAMPLE ", "Alex@xn--bcher-kva.example",
                            "\uff41lex@bu\u0308cher.example"}) {
    EXPECT_EQ(house.log_in(spelt).status, 201) << spelt;
  }
  int spelling = 0;
  for (const char* spelt : {"alex@bücher.example", " ALEX@BÜCHER.EXAMPLE ", "Alex@xn--bcher-kva.example",
                            "\uff41lex@bu\u0308cher.example", "aLEX@bücher.example"}) {
    EXPECT_EQ(house.log_in(spelt, "not the harbour").code(), "credentials_rejected") << ++spelling;
  }
  EXPECT_EQ(house.log_in("alex@bücher.example").code(), "too_many_requests");
}

TEST(THR_2, FromTheFifthFailureOnEachWaitsTwiceAsLong) {
  PeopleService house;
  (void)house.account();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(house.log_in(kAlex, "not the harbour").code(), "credentials_rejected") << i;
  std::int64_t wait = 1;
  for (int i = 0; i < 6; ++i, wait *= 2) {
    const Heard throttled = house.log_in();
    EXPECT_EQ(throttled.status, 429) << "also the right password";
    EXPECT_EQ(throttled.header("Retry-After"), std::to_string(wait));
    house.after(domain::Duration{domain::seconds(wait).us - 1});
    EXPECT_EQ(house.log_in().header("Retry-After"), "1") << "just before";
    house.after(domain::Duration{1});
    EXPECT_EQ(house.log_in(kAlex, "not the harbour").code(), "credentials_rejected") << wait;
  }
  house.after(domain::seconds(wait));
  EXPECT_EQ(house.log_in().status, 201);
  EXPECT_EQ(house.log_in(kAlex, "not the harbour").code(), "credentials_rejected") << "a success clears the count";
  EXPECT_EQ(house.log_in().status, 201);
}

TEST(THR_2, WhoHasToWaitCostsNoHash) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  for (int i = 0; i < 5; ++i) {
    (void)house.log_in(kAlex, "not the harbour");
    (void)house.post("/v1/logins/current/recovery-code", {{"recovery_code", "AAAA-AAAA-AAAA"}}, token);
  }
  house.hash_pool->stop();
  EXPECT_EQ(house.log_in().status, 429);
  EXPECT_EQ(house.post("/v1/logins/current/recovery-code", {{"recovery_code", alex.recovery_codes[0]}}, token).status,
            429);
}

TEST(THR_2, AnotherNetworkIsNotSlowedDown) {
  PeopleService house;
  (void)house.account();
  for (int i = 0; i < 6; ++i) (void)house.log_in(kAlex, "not the harbour");
  EXPECT_EQ(house.log_in().status, 429);
  const Json body{{"identifier", kAlex}, {"password", kPassword}};
  EXPECT_EQ(
      house.ask({.method = Method::Post, .target = "/v1/logins", .body = body.dump(), .client = "192.0.2.200"}).status,
      429)
      << "the same /24";
  EXPECT_EQ(
      house.ask({.method = Method::Post, .target = "/v1/logins", .body = body.dump(), .client = "198.51.100.1"}).status,
      201);
}

TEST(THR_2, ParallelTriesNeverEvaluateMoreThanOneAfterTheOther) {
  PeopleService house;
  (void)house.account();
  std::atomic<int> evaluated = 0;
  std::atomic<int> throttled = 0;
  std::barrier start(64);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 64; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const Heard heard = house.log_in(kAlex, "not the harbour");
        if (heard.status == 401) ++evaluated;
        if (heard.status == 429) ++throttled;
      });
    }
  }
  EXPECT_EQ(evaluated, 5);
  EXPECT_EQ(throttled, 59);
  EXPECT_EQ(house.gate.keys_in_flight(), 0U);
}

TEST(THR_3, AFailureThatCannotBeStoredIsNotSaid) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  const std::string token = house.pending();
  house.stop_storing();
  EXPECT_EQ(house.log_in(kAlex, "not the harbour").code(), "unavailable");
  EXPECT_EQ(house.post("/v1/logins/current/code", {{"code", house.wrong_code(alex.secret)}}, token).code(),
            "unavailable");
  EXPECT_EQ(house.post("/v1/logins/current/recovery-code", {{"recovery_code", "AAAA-AAAA-AAAA"}}, token).code(),
            "unavailable");
  const Heard right = house.post("/v1/logins/current/code", {{"code", house.code(alex.secret)}}, token);
  EXPECT_EQ(right.code(), "unavailable") << "AUD-1: and no success without its event";
  EXPECT_EQ(right.header("Retry-After"), "1");
}

TEST(THR_6, AThrottledTryIsAnEventOnlyAtTheStartOfItsInterval) {
  PeopleService house;
  (void)house.account();
  for (int i = 0; i < 5; ++i) (void)house.log_in(kAlex, "not the harbour");
  for (int i = 0; i < 20; ++i) EXPECT_EQ(house.log_in().status, 429);
  EXPECT_EQ(house.count("login.refused"), 1U);
  house.after(domain::seconds(1));
  EXPECT_EQ(house.log_in(kAlex, "not the harbour").status, 401);
  EXPECT_EQ(house.log_in().status, 429);
  EXPECT_EQ(house.count("login.refused"), 2U);
  const auto events = house.events_after(0);
  EXPECT_EQ(events.back().at("data").at("suppressed"), 19);
}

TEST(OTP_1, NoRandomnessMeansNoTokenAndNoCode) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  house.random.broken = true;
  EXPECT_EQ(house.log_in().code(), "unavailable");
  EXPECT_EQ(house.post("/v1/account/enrolments", {{"password", kPassword}, {"method", "totp"}}, token).code(),
            "unavailable");
}

TEST(PWD_1, ARightPasswordIsHashedAgainWhenTheParametersChanged) {
  PeopleService house;
  const auto account = house.account();
  const std::uint64_t before = house.state(account).password.position;
  house.rules.argon2.iterations = 2;
  EXPECT_EQ(house.log_in(kAlex, "not the harbour").status, 401);
  EXPECT_EQ(house.state(account).password.position, before) << "a wrong one changes nothing";
  EXPECT_EQ(house.log_in().status, 201);
  const std::uint64_t after = house.state(account).password.position;
  EXPECT_GT(after, before);
  EXPECT_EQ(house.log_in().status, 201);
  EXPECT_EQ(house.state(account).password.position, after) << "once";
}

TEST(PWD_2, AFullHashQueueAnswers503AndTheRestGoesOn) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  house.hash_pool->stop();
  const Heard busy = house.log_in();
  EXPECT_EQ(busy.code(), "unavailable");
  EXPECT_FALSE(busy.header("Retry-After").empty());
  EXPECT_EQ(house.count("login.password_rejected"), 0U) << "nothing was counted";
  EXPECT_EQ(house.get("/v1/account", token).status, 200);
}

TEST(SES_4, APasswordHashedBeforeItChangedOpensNoSession) {
  PeopleService house;
  const auto account = house.account();
  const auto before = house.state(account);
  const auto evidence = password_evidence(*house.services, &before, before.profile.identifier_hash, kPassword);
  ASSERT_TRUE(evidence && evidence->matched);
  const std::string token = house.session();
  ASSERT_EQ(
      house.post("/v1/account/password", {{"current_password", kPassword}, {"new_password", "a loud harbour"}}, token)
          .status,
      200);
  domain::StartLogin late;
  late.account = account;
  late.password = domain::PasswordEvidence{evidence->verifier_position, true, std::nullopt};
  const auto result = submit_command(*house.services, std::move(late), domain::Subject::of(account));
  ASSERT_TRUE(result);
  ASSERT_FALSE(result->outcome);
  EXPECT_EQ(result->outcome.error().why, domain::Refusal::Stale);
}

TEST(ChangePassword, EndsEverythingElseAndGivesAFreshToken) {
  PeopleService house;
  (void)house.account();
  const std::string here = house.session();
  const std::string there = house.session();
  const Heard changed =
      house.post("/v1/account/password", {{"current_password", kPassword}, {"new_password", "a loud harbour"}}, here);
  ASSERT_EQ(changed.status, 200) << changed.body;
  const std::string fresh = changed.json().at("session").at("session_token");
  EXPECT_EQ(house.get("/v1/session", here).code(), "token_expired") << "SES-3";
  EXPECT_EQ(house.get("/v1/session", there).code(), "token_expired") << "SES-2";
  EXPECT_EQ(house.get("/v1/session", fresh).status, 200);
  EXPECT_EQ(house.log_in().code(), "credentials_rejected");
  EXPECT_EQ(house.log_in(kAlex, "a loud harbour").status, 201);
}

TEST(ChangePassword, RefusesWeakOnesBeforeTheCurrentOneIsLookedAt) {
  PeopleService house;
  (void)house.account();
  const std::string token = house.session();
  const std::uint64_t before = house.head();
  for (const std::string& weak : {std::string{"1234567"}, std::string{"password123"}, std::string(129, 'x')}) {
    EXPECT_EQ(house.post("/v1/account/password", {{"current_password", "wrong"}, {"new_password", weak}}, token).code(),
              "weak_password")
        << weak;
  }
  EXPECT_EQ(house.head(), before);
  for (const std::string& good : {std::string{"1 2 3 4 "}, std::string(128, 'x')}) {
    EXPECT_EQ(house.post("/v1/account/password", {{"current_password", "wrong"}, {"new_password", good}}, token).code(),
              "credentials_rejected");
  }
}

TEST(ChangePassword, AsksForAFreshSessionBeforeThePassword) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  house.after(domain::minutes(5));
  const std::uint64_t before = house.count("login.password_rejected");
  EXPECT_EQ(house
                .post("/v1/account/password", {{"current_password", "wrong"}, {"new_password", "a loud harbour"}},
                      alex.session)
                .code(),
            "step_up_required");
  EXPECT_EQ(house.count("login.password_rejected"), before);
  house.hash_pool->stop();
  EXPECT_EQ(house
                .post("/v1/account/password", {{"current_password", kPassword}, {"new_password", "a loud harbour"}},
                      alex.session)
                .code(),
            "step_up_required")
      << "and spends no hash on it";
  house.reopen();
  const std::string fresh = house.post("/v1/session/step-up/code", {{"code", house.code(alex.secret)}}, alex.session)
                                .json()
                                .at("session")
                                .at("session_token");
  house.after(just_before(domain::minutes(5)));
  EXPECT_EQ(
      house.post("/v1/account/password", {{"current_password", kPassword}, {"new_password", "a loud harbour"}}, fresh)
          .status,
      200);
}

}  // namespace
}  // namespace tweestap::http::people
