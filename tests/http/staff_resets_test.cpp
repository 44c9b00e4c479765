// Reset by the organisation, over HTTP: who may ask, who may approve, and what the person meets afterwards.
#include <gtest/gtest.h>

#include <string>

#include "http/tokens.h"
#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using domain::Role;
using nlohmann::json;

constexpr std::string_view kLostPhone = R"({"reason":"lost the phone"})";

class Resets : public ::testing::Test {
 protected:
  void SetUp() override {
    domain::SetPolicy mandatory;  // so that a person enrols at the first login
    mandatory.actor = domain::System{};
    mandatory.mandatory_from.emplace(domain::Time{1});
    service.run(std::move(mandatory));
    alex = service.account("alex@example.org");
    (void)service.session(alex, domain::Listener::Public);
  }

  void four_eyes() {
    domain::SetPolicy policy;
    policy.actor = domain::System{};
    policy.four_eyes = true;
    service.run(std::move(policy));
  }
  domain::AccountId staff(std::string_view identifier, Role role) {
    return service.account(identifier, {Role::Person, role});
  }
  std::string session(const domain::AccountId& account) { return service.session(account, domain::Listener::Staff); }
  std::string session_of(std::string_view identifier, Role role) { return session(staff(identifier, role)); }

  Heard request(const std::string& token) { return request(alex, token); }
  Heard request(const domain::AccountId& account, const std::string& token) {
    return service.post("/v1/accounts/" + account.text() + "/two-step-reset", std::string{kLostPhone}, token);
  }
  Heard decide(const std::string& reset, std::string_view what, const std::string& token, std::string body = "") {
    return service.post("/v1/resets/" + reset + "/" + std::string{what}, std::move(body), token);
  }
  std::string requested(const std::string& token) {
    const Heard heard = request(token);
    EXPECT_EQ(heard.status, 202) << heard.body;
    return heard.json().value("reset", "");
  }
  bool is_enrolled() { return service.state(alex).two_step.has_value(); }

  StaffService service;
  domain::AccountId alex;
};

TEST_F(Resets, AreDoneAtOnceWithoutFourEyes) {
  const Heard heard = request(session_of("h@example.org", Role::Helpdesk));
  EXPECT_EQ(heard.status, 200) << heard.body;
  EXPECT_EQ(heard.json().at("state"), "done");
  EXPECT_TRUE(heard.json().at("reset").get<std::string>().starts_with("rst_"));
  EXPECT_FALSE(heard.json().contains("expires_at"));
  EXPECT_FALSE(is_enrolled());
  EXPECT_EQ(service.count("reset.requested"), 1U);
  EXPECT_EQ(service.count("two_step.reset"), 1U);
  // Decided already, by nobody but who asked.
  EXPECT_EQ(decide(heard.json().at("reset"), "approve", session_of("i@example.org", Role::Helpdesk)).code(),
            "state_conflict");
}

TEST_F(Resets, AreForHelpdeskAdminsAndTheirKeys) {
  EXPECT_EQ(request(service.key(KeyRole::Helpdesk)).status, 200);
  EXPECT_EQ(request(service.key(KeyRole::Admin)).status, 200) << "somebody who has not enrolled may be reset again";
  EXPECT_EQ(request(service.key(KeyRole::Auditor)).code(), "forbidden");
  EXPECT_EQ(request(session_of("u@example.org", Role::Auditor)).code(), "forbidden");
  EXPECT_EQ(request(session_of("a@example.org", Role::Admin)).status, 200);
}

TEST_F(Resets, RefuseAnAccountWithoutTwoStep) {
  const auto other = service.account("other@example.org");
  EXPECT_EQ(request(other, service.key(KeyRole::Helpdesk)).code(), "state_conflict");
  for (const std::string id : {"acc_00000000000000000000000009", "service", "acc_x"}) {
    EXPECT_EQ(
        service.post("/v1/accounts/" + id + "/two-step-reset", std::string{kLostPhone}, service.key(KeyRole::Helpdesk))
            .code(),
        "not_found");
  }
  EXPECT_EQ(
      service.post("/v1/accounts/" + alex.text() + "/two-step-reset", "{}", service.key(KeyRole::Helpdesk)).member(),
      "reason");
}

TEST_F(Resets, ADM_1_OfAStaffAccountNeedAnAdminSessionThatIsNotItsOwn) {
  const auto admin = staff("admin@example.org", Role::Admin);
  const std::string own = session(admin);
  for (const std::string& token : {own, session_of("h@example.org", Role::Helpdesk), service.key(KeyRole::Admin),
                                   service.key(KeyRole::Helpdesk)}) {
    EXPECT_EQ(request(admin, token).code(), "forbidden");
  }
  EXPECT_EQ(request(admin, session_of("other@example.org", Role::Admin)).status, 200);
  EXPECT_EQ(service.get("/v1/policy", own).code(), "token_expired");
}

TEST_F(Resets, ADM_1_UnderFourEyesTakeTwoPeople) {
  four_eyes();
  const std::string anna = session_of("anna@example.org", Role::Helpdesk);
  const std::string bram = session_of("bram@example.org", Role::Helpdesk);
  EXPECT_EQ(request(service.key(KeyRole::Helpdesk)).code(), "forbidden");
  EXPECT_EQ(request(service.key(KeyRole::Admin)).code(), "forbidden");
  const Heard heard = request(anna);
  ASSERT_EQ(heard.status, 202) << heard.body;
  EXPECT_EQ(heard.json().at("state"), "awaiting_approval");
  EXPECT_EQ(heard.json().at("expires_at"), domain::rfc3339(service.services->now() + domain::hours(24)));
  EXPECT_TRUE(is_enrolled());
  const std::string reset = heard.json().at("reset");
  for (const std::string what : {"approve", "deny"}) {
    EXPECT_EQ(decide(reset, what, anna).code(), "forbidden");
    EXPECT_EQ(decide(reset, what, service.key(KeyRole::Helpdesk)).code(), "forbidden");
    EXPECT_EQ(decide(reset, what, service.key(KeyRole::Admin)).code(), "forbidden");
    EXPECT_EQ(decide(reset, what, session_of(what + "@example.org", Role::Auditor)).code(), "forbidden");
  }
  const Heard done = decide(reset, "approve", bram, R"({"reason":"called back"})");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json(), (json{{"reset", reset}, {"state", "done"}}));
  EXPECT_FALSE(is_enrolled());
  EXPECT_EQ(decide(reset, "approve", bram).code(), "state_conflict");
  EXPECT_EQ(decide(reset, "deny", bram).code(), "state_conflict");
  EXPECT_EQ(decide("rst_00000000000000000000000009", "approve", bram).code(), "not_found");
  EXPECT_EQ(decide("rst_x", "deny", bram).code(), "not_found");
}

TEST_F(Resets, DeniedChangeNothing) {
  four_eyes();
  const std::string bram = session_of("bram@example.org", Role::Helpdesk);
  const std::string reset = requested(session_of("anna@example.org", Role::Helpdesk));
  EXPECT_EQ(decide(reset, "deny", bram, R"({"reason":""})").member(), "reason");
  EXPECT_EQ(decide(reset, "deny", bram).json(), (json{{"reset", reset}, {"state", "denied"}}));
  EXPECT_TRUE(is_enrolled());
  EXPECT_EQ(decide(reset, "approve", bram).code(), "state_conflict");
}

// Accounts that the requester, or a key of theirs, made or reset could be a second pair of eyes of the same person.
TEST_F(Resets, ADM_1_NobodysPuppetApproves) {
  const std::string carla = session_of("carla@example.org", Role::Admin);
  const auto key_of = [&](const std::string& token, std::string_view name) -> std::string {
    const Heard made = service.post("/v1/api-keys", json{{"name", name}, {"role", "admin"}}.dump(), token);
    EXPECT_EQ(made.status, 201) << made.body;
    return made.json().value("key", "");
  };
  const auto made_by = [&](const std::string& token, std::string_view name) {
    const Heard made = service.post("/v1/accounts",
                                    json{{"identifier", std::string{name} + "@example.org"},
                                         {"password", "a quiet harbour"},
                                         {"roles", {"helpdesk"}}}
                                        .dump(),
                                    token);
    EXPECT_EQ(made.status, 201) << made.body;
    return domain::AccountId::parse(made.json().value("account", "")).value();
  };
  const std::string first_key = key_of(carla, "first");
  const std::string second_key = key_of(first_key, "second");
  const auto dirk = made_by(carla, "dirk");
  const auto erik = made_by(first_key, "erik");
  const auto fred = made_by(second_key, "fred");
  const auto greta = staff("greta@example.org", Role::Helpdesk);
  (void)session(greta);
  ASSERT_EQ(request(greta, carla).status, 200);
  const auto other = session_of("other@example.org", Role::Admin);
  const auto hans = made_by(other, "hans");
  // What became of the keys changes nothing: whoever made them is known for ever.
  const json keys = service.get("/v1/api-keys", carla).json().at("api_keys");
  for (const json& key : keys) {
    EXPECT_EQ(service
                  .ask({.method = Method::Delete,
                        .target = "/v1/api-keys/" + key.at("api_key").get<std::string>(),
                        .token = carla})
                  .status,
              204);
  }
  four_eyes();
  const std::string reset = requested(carla);
  for (const auto& puppet : {dirk, erik, fred, greta}) {
    const std::string token = session(puppet);
    EXPECT_EQ(decide(reset, "approve", token).code(), "forbidden") << puppet.text();
    EXPECT_EQ(decide(reset, "deny", token).code(), "forbidden") << puppet.text();
  }
  EXPECT_EQ(decide(reset, "approve", session(hans)).status, 200);
}

// So many that not all of them are remembered: then nobody can be told to be none of them.
TEST_F(Resets, ADM_1_WhoWasResetByMoreThanAreRememberedApprovesForNobody) {
  const auto reset_by = [&](const domain::AccountId& whom, const domain::AccountId& admin) {
    const auto id = must(draw_id<domain::ResetId>(service.random));
    service.run(domain::RequestReset{whom, id, admin, true, "lost the phone"}, domain::Subject::of(whom));
  };
  const auto first = staff("first@example.org", Role::Admin);
  // `count` with the service, which makes the accounts of this test, and the first admin.
  const auto beholden_to = [&](std::string_view identifier, std::size_t count) {
    const auto account = staff(identifier, Role::Helpdesk);
    (void)session(account);
    reset_by(account, first);
    for (std::size_t i = 2; i < count; ++i) reset_by(account, must(draw_id<domain::AccountId>(service.random)));
    return account;
  };
  const std::string few = session(beholden_to("few@example.org", domain::kBeholdenMax - 1));
  const std::string full = session(beholden_to("full@example.org", domain::kBeholdenMax));
  const std::string many = session(beholden_to("many@example.org", domain::kBeholdenMax + 5));
  four_eyes();
  const std::string of_first = requested(session(first));
  for (const std::string& token : {few, full, many}) {
    EXPECT_EQ(decide(of_first, "approve", token).code(), "forbidden");
  }
  const std::string of_anna = requested(session_of("anna@example.org", Role::Helpdesk));
  for (const std::string& token : {full, many}) {
    EXPECT_EQ(decide(of_anna, "approve", token).code(), "forbidden");
    EXPECT_EQ(decide(of_anna, "deny", token).code(), "forbidden");
  }
  EXPECT_EQ(decide(of_anna, "approve", few).status, 200);
}

// A limit that the operator's page states: only who made or reset an account itself is looked at.
TEST_F(Resets, ADM_1_APuppetsPuppetIsAPersonOfItsOwn) {
  const auto bea = staff("bea@example.org", Role::Admin);
  const auto carl = staff("carl@example.org", Role::Helpdesk);
  const std::string anna = session_of("anna@example.org", Role::Admin);
  for (const auto& account : {bea, carl}) (void)session(account);
  ASSERT_EQ(request(bea, anna).status, 200);
  const std::string of_bea = session(bea);
  ASSERT_EQ(request(carl, of_bea).status, 200);
  four_eyes();
  const std::string reset = requested(anna);
  EXPECT_EQ(decide(reset, "approve", of_bea).code(), "forbidden");
  EXPECT_EQ(decide(reset, "approve", session(carl)).status, 200);
}

TEST_F(Resets, ThatWaitAreListedWithTheirReasonForPeople) {
  four_eyes();
  const auto anna = staff("anna@example.org", Role::Helpdesk);
  const std::string token = session(anna);
  EXPECT_EQ(service.get("/v1/resets", token).body, R"({"resets":[]})");
  const std::string reset = requested(token);
  json expected = {{"reset", reset},
                   {"account", alex.text()},
                   {"requested_by", anna.text()},
                   {"requested_at", domain::rfc3339(service.services->now())},
                   {"expires_at", domain::rfc3339(service.services->now() + domain::hours(24))},
                   {"reason", "lost the phone"}};
  EXPECT_EQ(service.get("/v1/resets", token).json().at("resets"), json::array({expected}));
  expected.erase("reason");
  EXPECT_EQ(service.get("/v1/resets", service.key(KeyRole::Helpdesk)).json().at("resets"), json::array({expected}));
  service.reopen();
  EXPECT_EQ(service.get("/v1/resets", service.key(KeyRole::Helpdesk)).json().at("resets"), json::array({expected}));
  const std::string second = requested(token);
  const json now = service.get("/v1/resets", token).json().at("resets");
  ASSERT_EQ(now.size(), 1U) << "the newer one took the older one's place";
  EXPECT_EQ(now[0].at("reset"), second);
  service.after(domain::hours(24));
  EXPECT_EQ(service.get("/v1/resets", service.key(KeyRole::Helpdesk)).body, R"({"resets":[]})");
  EXPECT_EQ(decide(second, "approve", session_of("bram@example.org", Role::Helpdesk)).code(), "state_conflict");
}

TEST_F(Resets, AreCancelledByASecondStepOfThePerson) {
  four_eyes();
  const std::string reset = requested(session_of("anna@example.org", Role::Helpdesk));
  (void)service.session(alex, domain::Listener::Public);
  EXPECT_EQ(service.count("reset.cancelled"), 1U);
  EXPECT_EQ(service.get("/v1/resets", service.key(KeyRole::Helpdesk)).body, R"({"resets":[]})");
  EXPECT_EQ(decide(reset, "approve", session_of("bram@example.org", Role::Helpdesk)).code(), "state_conflict");
}

TEST_F(Resets, HaveAReasonThatIsSealed) {
  const std::uint64_t before = service.head();
  ASSERT_EQ(request(service.key(KeyRole::Helpdesk)).status, 200);
  for (const auto& event : service.events_after(before)) EXPECT_FALSE(event.dump().contains("lost the phone"));
}

TEST_F(Resets, SES_2_EndWhatIsOpenAndAskForAnEnrolmentInTime) {
  domain::SetPolicy nobody_has_to;
  nobody_has_to.actor = domain::System{};
  nobody_has_to.mandatory_from.emplace(std::nullopt);
  service.run(std::move(nobody_has_to));
  const std::string open = service.session(alex, domain::Listener::Public);
  const std::string pending = service.pending_login(alex, domain::Listener::Public);
  ASSERT_EQ(request(service.key(KeyRole::Helpdesk)).status, 200);
  const auto on_public = [&](Method method, std::string target, const std::string& token, std::string body = "") {
    return service.ask({.method = method,
                        .target = std::move(target),
                        .body = std::move(body),
                        .token = token,
                        .listener = ListenerKind::Public});
  };
  const auto log_in = [&](std::string_view password) {
    return on_public(Method::Post, "/v1/logins", "",
                     json{{"identifier", "alex@example.org"}, {"password", password}}.dump());
  };
  EXPECT_EQ(on_public(Method::Get, "/v1/session", open).code(), "token_expired");
  EXPECT_EQ(on_public(Method::Get, "/v1/logins/current", pending).code(), "token_expired");
  service.after({domain::hours(72).us - domain::seconds(1).us});
  const Heard last = log_in("tweestap-demo");
  ASSERT_EQ(last.json().at("state"), "enrolment_required") << last.body;
  const std::string token = last.json().at("login_token");
  EXPECT_EQ(on_public(Method::Get, "/v1/logins/current", token).status, 200);
  service.after(domain::seconds(1));
  EXPECT_EQ(on_public(Method::Get, "/v1/logins/current", token).code(), "token_expired");
  EXPECT_EQ(on_public(Method::Post, "/v1/account/enrolments", token,
                      json{{"password", "tweestap-demo"}, {"method", "totp"}}.dump())
                .code(),
            "token_expired");
  EXPECT_EQ(log_in("tweestap-demo").code(), "forbidden");
  EXPECT_EQ(log_in("a wrong password").code(), "credentials_rejected");
  EXPECT_EQ(service.count("login.refused"), 1U);
  ASSERT_EQ(request(service.key(KeyRole::Helpdesk)).status, 200);
  EXPECT_EQ(log_in("tweestap-demo").json().at("state"), "enrolment_required");
}

TEST_F(Resets, AreAnsweredAgainUnderTheSameKey) {
  const StaffAsk ask{.method = Method::Post,
                     .target = "/v1/accounts/" + alex.text() + "/two-step-reset",
                     .body = std::string{kLostPhone},
                     .token = service.key(KeyRole::Helpdesk),
                     .idempotency_key = "once"};
  const Heard first = service.ask(ask);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(service.ask(ask).body, first.body);
  EXPECT_EQ(service.count("two_step.reset"), 1U);
}

}  // namespace
}  // namespace tweestap::http
