#include <gtest/gtest.h>

#include <string>

#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using domain::Role;
using nlohmann::json;

std::string path_of(const domain::AccountId& account, std::string_view rest = "") {
  return "/v1/accounts/" + account.text() + std::string{rest};
}

TEST(CreateAccount, MakesOneThatCanBeLookedUp) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const Heard made =
      service.post("/v1/accounts",
                   R"({"identifier":" Alex@Example.ORG ","password":"correct horse","display_name":" Alex ",)"
                   R"("language":"nl","roles":["person","helpdesk"]})",
                   admin);
  ASSERT_EQ(made.status, 201) << made.body;
  ASSERT_EQ(made.json().size(), 1U);
  const auto account = domain::AccountId::parse(made.json().at("account").get<std::string>());
  ASSERT_TRUE(account);
  EXPECT_NE(service.state(*account).password.position, 0U);

  const Heard found = service.post("/v1/accounts/lookup", R"({"identifier":"ALEX@example.org"})", admin);
  ASSERT_EQ(found.status, 200) << found.body;
  const json expected = {
      {"account", account->text()}, {"identifier", "alex@example.org"}, {"display_name", "Alex"},
      {"language", "nl"},           {"roles", {"person", "helpdesk"}},  {"two_step", {{"enabled", false}}},
      {"disabled", false}};
  EXPECT_EQ(found.json(), (json{{"accounts", json::array({expected})}}));
  EXPECT_EQ(service.get(path_of(*account), admin).json(), expected);
}

TEST(CreateAccount, NeedsNothingButAnIdentifier) {
  StaffService service;
  const Heard made = service.post("/v1/accounts", R"({"identifier":"b@example.org"})", service.key(KeyRole::Admin));
  ASSERT_EQ(made.status, 201) << made.body;
  const auto state = service.state(*domain::AccountId::parse(made.json().at("account").get<std::string>()));
  EXPECT_EQ(state.password.position, 0U);
  EXPECT_EQ(state.profile.roles, domain::SetOf<Role>{Role::Person});
  EXPECT_EQ(state.profile.language, "en");
}

TEST(CreateAccount, NamesTheMemberThatIsWrong) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const struct {
    std::string body;
    std::string member;
  } kCases[] = {
      {R"({})", "identifier"},
      {R"({"identifier":"nobody"})", "identifier"},
      {R"({"identifier":"a@b.org","roles":[]})", "roles"},
      {R"({"identifier":"a@b.org","roles":["owner"]})", "roles"},
      {R"({"identifier":"a@b.org","roles":["admin","admin"]})", "roles"},
      {R"({"identifier":"a@b.org","language":"xx"})", "language"},
      {R"({"identifier":"a@b.org","display_name":"  "})", "display_name"},
      {R"({"identifier":"a@b.org","display_name":")" + std::string(101, 'x') + R"("})", "display_name"},
      {R"({"identifier":"a@b.org","password_hash":"$argon2id$"})", "password_hash"},
      {R"({"identifier":"a@b.org","totp_secret":"GEZDGNBV"})", "totp_secret"},
      {R"({"identifier":"a@b.org","phone":"0612345678","roles":["helpdesk"]})", "phone"},
      {R"({"identifier":"a@b.org","password":null})", "password"},
  };
  for (const auto& one : kCases) {
    const std::uint64_t before = service.head();
    const Heard heard = service.post("/v1/accounts", one.body, admin);
    EXPECT_EQ(heard.code(), "malformed_request") << one.body;
    EXPECT_EQ(heard.member(), one.member) << one.body;
    EXPECT_EQ(service.head(), before) << one.body;
  }
}

TEST(CreateAccount, JudgesThePassword) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  int number = 0;
  const auto status = [&](const std::string& password) {
    const Heard heard = service.post(
        "/v1/accounts",
        R"({"identifier":"p)" + std::to_string(++number) + R"(@example.org","password":")" + password + R"("})", admin);
    EXPECT_EQ(heard.code(), heard.status == 201 ? "" : "weak_password") << password;
    return heard.status;
  };
  EXPECT_EQ(status("1x3y5z7"), 400);
  EXPECT_EQ(status("1x3y5z7w"), 201);
  EXPECT_EQ(status("password"), 400);
  EXPECT_EQ(status(std::string(127, 'q') + "w"), 201);
  EXPECT_EQ(status(std::string(128, 'q') + "w"), 400);
}

TEST(CreateAccount, RefusesATakenIdentifierHoweverItIsSpelt) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  (void)service.account("alex@example.org");
  const std::uint64_t before = service.head();
  EXPECT_EQ(service.post("/v1/accounts", R"({"identifier":"ALEX@EXAMPLE.org"})", admin).code(), "state_conflict");
  EXPECT_EQ(service.head(), before);
}

TEST(CreateAccount, AnswersARepeatWithTheFirstAccount) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const StaffAsk ask{.method = Method::Post,
                     .target = "/v1/accounts",
                     .body = R"({"identifier":"alex@example.org"})",
                     .token = admin,
                     .idempotency_key = "one"};
  const Heard first = service.ask(ask);
  ASSERT_EQ(first.status, 201);
  const std::uint64_t head = service.head();
  EXPECT_EQ(service.ask(ask).body, first.body);
  EXPECT_EQ(service.head(), head);
  StaffAsk other = ask;
  other.body = R"({"identifier":"bo@example.org"})";
  EXPECT_EQ(service.ask(other).code(), "idempotency_conflict");
}

TEST(AUD_1, ACreatedAccountIsInTheLogBeforeTheAnswer) {
  StaffService service;
  const std::uint64_t before = service.head();
  ASSERT_EQ(service.post("/v1/accounts", R"({"identifier":"a@example.org"})", service.key(KeyRole::Admin)).status, 201);
  const auto events = service.events_after(before);
  ASSERT_EQ(events.size(), 2U);  // the key, the account
  EXPECT_EQ(events[1].at("type"), "account.registered");
  EXPECT_TRUE(events[1].at("actor").get<std::string>().starts_with("apk_"));
  // The identifier is sealed.
  EXPECT_FALSE(events[1].dump().contains("a@example.org"));

  // A store that takes nothing more makes no account, and nobody hears otherwise.
  const std::string admin = service.key(KeyRole::Admin);
  service.partition->stop();
  EXPECT_EQ(service.post("/v1/accounts", R"({"identifier":"b@example.org"})", admin).code(), "unavailable");
}

TEST(AUD_2, ALookAtAnAccountIsAnEventBeforeTheAnswer) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::string helpdesk = service.key(KeyRole::Helpdesk);
  const std::string admin = service.key(KeyRole::Admin);
  const std::uint64_t before = service.head();
  ASSERT_EQ(service.post("/v1/accounts/lookup", R"({"identifier":"alex@example.org"})", helpdesk).status, 200);
  auto events = service.events_after(before);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("type"), "audit.read");
  EXPECT_EQ(events[0].at("subject"), "service");
  EXPECT_EQ(events[0].at("data"), (json{{"by", "lookup"}, {"account", account.text()}}));

  // The page of the same account is the same look, until a minute has gone by; another reader's is another one.
  ASSERT_EQ(service.get(path_of(account), helpdesk).status, 200);
  EXPECT_EQ(service.count("audit.read"), 1U);
  ASSERT_EQ(service.get(path_of(account), admin).status, 200);
  EXPECT_EQ(service.count("audit.read"), 2U);
  service.after(domain::seconds(59));
  ASSERT_EQ(service.get(path_of(account), helpdesk).status, 200);
  EXPECT_EQ(service.count("audit.read"), 2U);
  service.after(domain::seconds(1));
  ASSERT_EQ(service.get(path_of(account), helpdesk).status, 200);
  EXPECT_EQ(service.count("audit.read"), 3U);
  EXPECT_EQ(service.events_after(service.head() - 1)[0].at("data"),
            (json{{"by", "account"}, {"account", account.text()}}));
}

TEST(AUD_2, ALookUpInVainIsAnEventThatNamesNobody) {
  StaffService service;
  const std::string helpdesk = service.key(KeyRole::Helpdesk);
  const std::uint64_t before = service.head();
  const Heard heard = service.post("/v1/accounts/lookup", R"({"identifier":"nobody@example.org"})", helpdesk);
  EXPECT_EQ(heard.body, R"({"accounts":[]})");
  auto events = service.events_after(before);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].at("data").at("by"), "lookup");
  EXPECT_FALSE(events[0].at("data").contains("account"));
  EXPECT_TRUE(events[0].at("data").at("identifierhash").get<std::string>().starts_with("idh_"));
  EXPECT_FALSE(events[0].dump().contains("nobody"));
  ASSERT_EQ(service.post("/v1/accounts/lookup", R"({"identifier":"nobody@example.org"})", helpdesk).status, 200);
  EXPECT_EQ(service.count("audit.read"), 1U);
  ASSERT_EQ(service.post("/v1/accounts/lookup", R"({"identifier":"somebody@example.org"})", helpdesk).status, 200);
  EXPECT_EQ(service.count("audit.read"), 2U);
}

TEST(AUD_2, ALookThatCannotBeStoredShowsNothing) {
  StaffService service;
  const auto account = service.account("alex@example.org");
  const std::string helpdesk = service.key(KeyRole::Helpdesk);
  service.partition->stop();
  for (const Heard& heard : {service.post("/v1/accounts/lookup", R"({"identifier":"alex@example.org"})", helpdesk),
                             service.get(path_of(account), helpdesk)}) {
    EXPECT_EQ(heard.code(), "unavailable");
    EXPECT_FALSE(heard.body.contains("alex"));
  }
}

TEST(AUD_2, OnesOwnAccountIsNobodyElses) {
  StaffService service;
  const auto helpdesk = service.account("h@example.org", {Role::Helpdesk});
  const auto other = service.account("o@example.org");
  const std::string session = service.session(helpdesk, domain::Listener::Staff);
  ASSERT_EQ(service.get(path_of(helpdesk), session).status, 200);
  ASSERT_EQ(service.post("/v1/accounts/lookup", R"({"identifier":"h@example.org"})", session).status, 200);
  EXPECT_EQ(service.count("audit.read"), 0U);
  ASSERT_EQ(service.get(path_of(other), session).status, 200);
  EXPECT_EQ(service.count("audit.read"), 1U);
}

TEST(ShowAccount, KnowsNoneThatIsNotThere) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  for (const std::string target : {"/v1/accounts/acc_00000000000000000000000009", "/v1/accounts/policy",
                                   "/v1/accounts/acc_00000000000000000000000000", "/v1/accounts/x"}) {
    EXPECT_EQ(service.get(target, admin).code(), "not_found") << target;
  }
  EXPECT_EQ(service.count("audit.read"), 0U);
}

TEST(ShowAccount, ShowsTheLockAndTheCodesAsTheOwnerSeesThem) {
  StaffService service;
  const auto account = service.account("alex@example.org", {Role::Person, Role::Helpdesk});
  (void)service.session(account, domain::Listener::Staff);
  const json two_step = service.get(path_of(account), service.key(KeyRole::Helpdesk)).json().at("two_step");
  EXPECT_EQ(two_step, (json{{"enabled", true},
                            {"method", "totp"},
                            {"recovery_codes_left", 6},
                            {"recovery_codes_acknowledged", false},
                            {"remember", "12h"}}));
}

}  // namespace
}  // namespace tweestap::http
