#include <gtest/gtest.h>

#include <string>

#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using domain::Role;
using nlohmann::json;

constexpr std::string_view kReason = R"({"reason":"asked by phone"})";

std::string below(const domain::AccountId& account, std::string_view rest) {
  return "/v1/accounts/" + account.text() + std::string{rest};
}

// Ten wrong codes lock the second step.
void lock(StaffService& service, const domain::AccountId& account, ListenerKind listener) {
  const auto side = listener == ListenerKind::Public ? domain::Listener::Public : domain::Listener::Staff;
  (void)service.session(account, side);
  const std::string token = service.pending_login(account, side);
  for (int i = 0; i < 10; ++i) {
    const Heard heard = service.ask({.method = Method::Post,
                                     .target = "/v1/logins/current/code",
                                     .body = R"({"code":"000000"})",
                                     .token = token,
                                     .listener = listener});
    ASSERT_EQ(heard.code(), "code_rejected") << heard.body;
  }
  ASSERT_TRUE(service.state(account).lock.holds(service.services->now()));
}

TEST(Unlock, OpensALockAndSaysWhy) {
  StaffService service;
  domain::SetPolicy policy;
  policy.mandatory_from.emplace(service.services->now());  // so that a person's login asks for an enrolment
  service.run(std::move(policy));
  const auto account = service.account("alex@example.org");
  lock(service, account, ListenerKind::Public);
  const std::string session = service.key(KeyRole::Helpdesk);
  EXPECT_EQ(service.post(below(account, "/unlock"), std::string{kReason}, session).status, 204);
  EXPECT_FALSE(service.state(account).lock.holds(service.services->now()));
  EXPECT_EQ(service.state(account).lock.failures, 0U);
  EXPECT_EQ(service.count("second_step.unlocked"), 1U);
  EXPECT_EQ(service.post(below(account, "/unlock"), std::string{kReason}, session).code(), "state_conflict");
}

TEST(Unlock, OfAStaffAccountNeedsAnAdminSessionThatIsNotItsOwn) {
  StaffService service;
  const auto admin = service.account("admin@example.org", {Role::Admin});
  const auto helpdesk = service.account("h@example.org", {Role::Helpdesk});
  const auto other = service.account("other@example.org", {Role::Admin});
  const std::string own = service.session(admin, domain::Listener::Staff);
  lock(service, admin, ListenerKind::Staff);
  for (const std::string& token : {own, service.session(helpdesk, domain::Listener::Staff), service.key(KeyRole::Admin),
                                   service.key(KeyRole::Helpdesk)}) {
    EXPECT_EQ(service.post(below(admin, "/unlock"), std::string{kReason}, token).code(), "forbidden");
  }
  EXPECT_TRUE(service.state(admin).lock.holds(service.services->now()));
  const std::string session = service.session(other, domain::Listener::Staff);
  EXPECT_EQ(service.post(below(admin, "/unlock"), std::string{kReason}, session).status, 204);
}

TEST(DisableAndEnable, CloseAndOpenAnAccount) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::string session = service.session(account, domain::Listener::Public);
  const std::string admin = service.key(KeyRole::Admin);
  const StaffAsk own{
      .method = Method::Get, .target = "/v1/account", .token = session, .listener = ListenerKind::Public};
  ASSERT_EQ(service.ask(own).status, 200);
  EXPECT_EQ(service.post(below(account, "/disable"), std::string{kReason}, admin).status, 204);
  EXPECT_EQ(service.ask(own).code(), "token_expired");
  EXPECT_EQ(service.get(below(account, ""), admin).json().at("disabled"), true);
  EXPECT_EQ(service.post(below(account, "/disable"), std::string{kReason}, admin).status, 204);
  EXPECT_EQ(service.count("account.disabled"), 1U);
  EXPECT_EQ(service.post(below(account, "/enable"), std::string{kReason}, admin).status, 204);
  EXPECT_EQ(service.get(below(account, ""), admin).json().at("disabled"), false);
  EXPECT_EQ(service.count("account.enabled"), 1U);
}

TEST(DisableAndEnable, OfOneselfAnswersARepeatAlthoughTheSessionIsOver) {
  StaffService service;
  const auto admin = service.account("admin@example.org", {Role::Admin});
  const StaffAsk ask{.method = Method::Post,
                     .target = below(admin, "/disable"),
                     .body = std::string{kReason},
                     .token = service.session(admin, domain::Listener::Staff),
                     .idempotency_key = "last"};
  EXPECT_EQ(service.ask(ask).status, 204);
  EXPECT_EQ(service.ask(ask).status, 204);
  EXPECT_EQ(service.get("/v1/policy", ask.token).code(), "token_expired");
  EXPECT_EQ(service.count("account.disabled"), 1U);
}

TEST(StaffReason, HasBoundsAndNoControlCharacters) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::string admin = service.key(KeyRole::Admin);
  const auto code = [&](const std::string& text) {
    const Heard heard = service.post(below(account, "/enable"), json{{"reason", text}}.dump(), admin);
    if (heard.status != 204) {
      EXPECT_EQ(heard.member(), "reason");
    }
    return heard.status == 204 ? "" : heard.code();
  };
  std::string points;
  for (int i = 0; i < 500; ++i) points += "\U0001F600";
  EXPECT_EQ(code(points), "");
  EXPECT_EQ(code(std::string(501, 'x')), "malformed_request");
  EXPECT_EQ(code(std::string(500, 'x')), "");
  EXPECT_EQ(code("two\nlines"), "");
  EXPECT_EQ(code(" \t\n "), "malformed_request");
  EXPECT_EQ(code(""), "malformed_request");
  EXPECT_EQ(code("bell\a"), "malformed_request");
  EXPECT_EQ(code("\u0085"), "malformed_request");
  EXPECT_EQ(service.post(below(account, "/enable"), "", admin).member(), "reason");
}

TEST(StaffReason, IsSealed) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::uint64_t before = service.head();
  ASSERT_EQ(
      service.post(below(account, "/disable"), R"({"reason":"moved to Utrecht"})", service.key(KeyRole::Admin)).status,
      204);
  for (const auto& event : service.events_after(before)) EXPECT_FALSE(event.dump().contains("Utrecht"));
}

TEST(MandatoryFrom, GivesAnAccountItsOwnDateAndTakesItBack) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::string admin = service.key(KeyRole::Admin);
  const std::string path = below(account, "/mandatory-from");
  EXPECT_EQ(service.put(path, R"({"date":"2027-01-01T00:00:00Z"})", admin).body,
            R"({"mandatory_from":"2027-01-01T00:00:00Z"})");
  EXPECT_EQ(service.get(below(account, ""), admin).json().at("two_step").at("mandatory_from"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(service.put(path, R"({"date":null})", admin).body, "{}");
  EXPECT_FALSE(service.get(below(account, ""), admin).json().at("two_step").contains("mandatory_from"));
  EXPECT_EQ(service.put(path, "{}", admin).member(), "date");
  EXPECT_EQ(service.put(path, R"({"date":"tomorrow"})", admin).member(), "date");
}

TEST(StaffAccountState, KnowsNoAccountThatIsNotThere) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  for (const std::string id : {"acc_00000000000000000000000009", "service", "acc_x"}) {
    for (const std::string act : {"/unlock", "/disable", "/enable"}) {
      EXPECT_EQ(service.post("/v1/accounts/" + id + act, std::string{kReason}, admin).code(), "not_found") << id << act;
    }
    EXPECT_EQ(service.put("/v1/accounts/" + id + "/mandatory-from", R"({"date":null})", admin).code(), "not_found");
  }
}

}  // namespace
}  // namespace tweestap::http
