// People who move here from another system: one at a time, and many at once.
#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "platform/crypto/totp.h"
#include "platform/text/encoding.h"
#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using nlohmann::json;

constexpr const char* kSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";  // the 20 bytes of RFC 6238, appendix B

class StaffImport : public ::testing::Test {
 protected:
  std::vector<json> import(const std::string& lines, int status = 200) {
    const Heard heard = service.post("/v1/accounts/import", lines, admin);
    EXPECT_EQ(heard.status, status) << heard.body;
    std::vector<json> results;
    std::istringstream in{heard.body};
    for (std::string line; std::getline(in, line);) results.push_back(json::parse(line));
    return results;
  }
  Heard create(const json& body) { return service.post("/v1/accounts", body.dump(), admin); }
  domain::AccountState of(const json& result) {
    return service.state(domain::AccountId::parse(result.value("account", "")).value());
  }
  Heard log_in(std::string_view identifier, std::string_view password) {
    return service.ask({.method = Method::Post,
                        .target = "/v1/logins",
                        .body = json{{"identifier", identifier}, {"password", password}}.dump(),
                        .listener = ListenerKind::Public});
  }
  std::string code_now() const {
    const auto secret = platform::secret_from_base32(kSecret).value();
    const auto step = platform::totp_step(service.clock.wall_us() / 1'000'000);
    const std::string digits = std::to_string(platform::hotp(secret.reveal(), static_cast<std::uint64_t>(step)));
    return std::string(6 - digits.size(), '0') + digits;
  }

  StaffService service;
  std::string admin = service.key(KeyRole::Admin);
};

// Its answer is no one piece that could be kept, and repeating it is harmless by itself.
TEST_F(StaffImport, TakesNoNoticeOfAnIdempotencyKey) {
  for (const bool existing : {false, true}) {
    const Heard heard = service.ask({.method = Method::Post,
                                     .target = "/v1/accounts/import",
                                     .body = "{\"identifier\":\"a@example.org\"}\n",
                                     .token = admin,
                                     .idempotency_key = "once",
                                     .listener = ListenerKind::Staff});
    ASSERT_EQ(heard.status, 200) << heard.body;
    EXPECT_EQ(heard.json().value("existing", false), existing);
  }
}

TEST_F(StaffImport, AnswersEachLineInItsOrder) {
  const auto results = import(
      "{\"identifier\":\"a@example.org\"}\n"
      "{\"identifier\":\"b@example.org\",\"display_name\":\"Bo\",\"language\":\"en\"}\r\n"
      "no json\n"
      "\n"
      "{\"identifier\":\"c@example.org\",\"colour\":\"blue\"}\n"
      "{\"identifier\":\"not an address\"}\n"
      "{\"identifier\":\"d@example.org\",\"phone\":\"020 1234567\"}\n"
      "{\"identifier\":\"A@Example.org\"}\n"
      "{\"identifier\":\"e@example.org\"}");
  ASSERT_EQ(results.size(), 9U);
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].at("line"), i + 1);
  EXPECT_TRUE(results[0].at("account").get<std::string>().starts_with("acc_"));
  EXPECT_FALSE(results[0].contains("existing"));
  EXPECT_EQ(of(results[1]).profile.language, "en");
  EXPECT_EQ(results[2].at("code"), "malformed_request");
  EXPECT_FALSE(results[2].at("detail").get<std::string>().empty());
  EXPECT_EQ(results[3].at("member"), "identifier");
  EXPECT_EQ(results[4].at("member"), "colour");
  EXPECT_EQ(results[5].at("member"), "identifier");
  EXPECT_EQ(results[6].at("code"), "invalid_phone");
  EXPECT_EQ(results[7].at("existing"), true) << "the same identifier in the same import";
  EXPECT_EQ(results[7].at("account"), results[0].at("account"));
  EXPECT_TRUE(of(results[8]).exists()) << "the last line needs no end";
  EXPECT_EQ(service.count("account.registered"), 3U);
}

TEST_F(StaffImport, RepeatedGivesTheSameAccountsAndChangesNothing) {
  std::string lines;
  for (int i = 0; i < 600; ++i) lines += json{{"identifier", "p" + std::to_string(i) + "@example.org"}}.dump() + "\n";
  const auto first = import(lines);
  ASSERT_EQ(first.size(), 600U);
  const std::uint64_t head = service.head();
  const auto second = import(lines);
  ASSERT_EQ(second.size(), 600U);
  EXPECT_EQ(service.head(), head);
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_EQ(second[i].at("account"), first[i].at("account"));
    EXPECT_EQ(second[i].at("existing"), true);
  }
}

TEST_F(StaffImport, GoesOnBehindALineThatIsTooLong) {
  const auto results = import("{\"identifier\":\"" + std::string(20'000, 'x') + "\"}\n" +
                              "{\"identifier\":\"a@example.org\"}\n" + std::string(200'000, 'y'));
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].at("code"), "payload_too_large");
  EXPECT_TRUE(of(results[1]).exists());
  EXPECT_EQ(results[2].at("code"), "payload_too_large");
}

TEST_F(StaffImport, OfNothingAnswersNothing) { EXPECT_TRUE(import("").empty()); }

TEST_F(StaffImport, IsForAdminsAndLines) {
  EXPECT_EQ(service.post("/v1/accounts/import", "{}", service.key(KeyRole::Helpdesk)).code(), "forbidden");
  EXPECT_EQ(service.post("/v1/accounts/import", "{}", "").code(), "session_required");
}

TEST_F(StaffImport, AnAppsSecretCountsFromThisStepOn) {
  const json result = import(json{{"identifier", "alex@example.org"},
                                  {"password", "a quiet harbour"},
                                  {"totp_secret", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"}}
                                 .dump())
                          .at(0);
  const auto state = of(result);
  ASSERT_TRUE(state.two_step) << result.dump();
  EXPECT_EQ(state.two_step->method, domain::Method::Totp);
  EXPECT_EQ(state.two_step->last_step, platform::totp_step(service.clock.wall_us() / 1'000'000) - 1);
  EXPECT_FALSE(state.recovery);
  const Heard started = log_in("alex@example.org", "a quiet harbour");
  ASSERT_EQ(started.json().value("state", ""), "code_required") << started.body;
  const StaffAsk code{.method = Method::Post,
                      .target = "/v1/logins/current/code",
                      .body = json{{"code", code_now()}}.dump(),
                      .token = started.json().at("login_token"),
                      .listener = ListenerKind::Public};
  const Heard done = service.ask(code);
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(done.json().at("recovery_codes_left"), 0);
}

TEST_F(StaffImport, ANumberIsEnrolledWhereItsCountryIsAllowed) {
  const auto results = import(
      "{\"identifier\":\"a@example.org\",\"phone\":\"06 12345678\"}\n"
      "{\"identifier\":\"b@example.org\",\"phone\":\"+44 7700 900123\"}\n");
  ASSERT_EQ(results.size(), 2U);
  const auto state = of(results[0]);
  ASSERT_TRUE(state.two_step && state.two_step->phone) << results[0].dump();
  EXPECT_EQ(state.two_step->method, domain::Method::Sms);
  EXPECT_EQ(state.two_step->phone->country, "NL");
  EXPECT_TRUE(state.confirmed_numbers.empty()) << "no code has come back from it yet";
  EXPECT_EQ(results[1].at("code"), "invalid_phone");
  EXPECT_EQ(service.get("/v1/accounts/" + results[0].at("account").get<std::string>(), admin)
                .json()
                .at("two_step")
                .at("phone_hint"),
            "+31 6 \u2022\u2022\u2022\u2022\u2022\u202278");
}

TEST_F(StaffImport, ADM_3_NothingOfASecondStepComesWithAStaffRole) {
  for (const char* role : {"helpdesk", "admin", "auditor"}) {
    const json body{{"identifier", "s@example.org"}, {"roles", {"person", role}}, {"totp_secret", kSecret}};
    EXPECT_EQ(create(body).code(), "malformed_request");
    EXPECT_EQ(create(body).member(), "totp_secret");
    EXPECT_EQ(import(body.dump()).at(0).at("code"), "malformed_request");
    json phone = body;
    phone.erase("totp_secret");
    phone["phone"] = "06 12345678";
    EXPECT_EQ(create(phone).member(), "phone");
  }
  EXPECT_EQ(service.count("account.registered"), 0U);
}

TEST_F(StaffImport, NamesTheMemberThatIsWrong) {
  const struct {
    json members;
    const char* member;
  } kCases[] = {
      {{{"password_hash", "secret"}}, "password_hash"},
      {{{"password_hash", "$2b$31$" + std::string(53, 'a')}}, "password_hash"},  // would take a day
      {{{"password_hash",
         "$argon2id$v=19$m=8,t=1,p=1,keyid=AAAAAQ$AAAAAAAAAAAAAAAAAAAAAA$"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}},
       "password_hash"},
      {{{"password_hash", "$2b$04$" + std::string(53, 'a')}, {"password", "a quiet harbour"}}, "password_hash"},
      {{{"totp_secret", "GEZDGNBVGY3TQOJQGEZDGNBV"}}, "totp_secret"},  // 120 bits
      {{{"totp_secret", "01890189018901890189018901"}}, "totp_secret"},
      {{{"totp_secret", kSecret}, {"phone", "06 12345678"}}, "phone"},
      {{{"language", "xx"}}, "language"},
      {{{"roles", json::array()}}, "roles"},
  };
  for (const auto& one : kCases) {
    json body = one.members;
    body["identifier"] = "a@example.org";
    EXPECT_EQ(create(body).code(), "malformed_request") << body.dump();
    EXPECT_EQ(create(body).member(), one.member) << body.dump();
  }
  json shortest{{"identifier", "a@example.org"}, {"totp_secret", "GEZDGNBVGY3TQOJQGEZDGNBVGY"}};  // 130 bits: 16 bytes
  EXPECT_EQ(create(shortest).status, 201);
}

TEST_F(StaffImport, AForeignHashIsHashedAnewAtTheFirstRightPassword) {
  // Of "a quiet harbour", by hashlib.pbkdf2_hmac of Python.
  const char* hash =
      "$pbkdf2-sha256$1000$c2FsdHNhbHQ$"
      "oDEJ2eFItDqejqJFiHRDUgdqODa60yY1Lsl/TTTcrB4";
  const json result = import(json{{"identifier", "alex@example.org"}, {"password_hash", hash}}.dump()).at(0);
  ASSERT_TRUE(result.contains("account")) << result.dump();
  const auto before = of(result);
  EXPECT_NE(before.password.position, 0U);
  EXPECT_EQ(before.password.pepper, 0U);
  EXPECT_EQ(log_in("alex@example.org", "another harbour").code(), "credentials_rejected");
  EXPECT_EQ(of(result).password.position, before.password.position);
  EXPECT_EQ(log_in("alex@example.org", "a quiet harbour").status, 201);
  EXPECT_EQ(service.count("account.password_rehashed"), 1U);
  EXPECT_NE(of(result).password.pepper, 0U) << "keyed with ours now";
  EXPECT_EQ(log_in("alex@example.org", "a quiet harbour").status, 201);
  EXPECT_EQ(service.count("account.password_rehashed"), 1U);
}

TEST_F(StaffImport, ENU_1_UnknownIdentifiersPayWhatMostAccountsCost) {
  std::string lines;
  for (int i = 0; i < 300; ++i) {
    lines += json{{"identifier", "p" + std::to_string(i) + "@example.org"},
                  {"password_hash", "$2b$04$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy"}}
                 .dump() +
             "\n";
  }
  ASSERT_EQ(import(lines).size(), 300U);
  (void)log_in("nobody@example.org", "a quiet harbour");
  domain::LookupHash somebody;
  somebody.bytes[0] = 0x80;
  EXPECT_EQ(service.stand_ins->pick(somebody).kind, "bcrypt 4");
}

TEST_F(StaffImport, SecretsAreSealed) {
  const std::uint64_t before = service.head();
  (void)import(json{{"identifier", "alex@example.org"}, {"totp_secret", kSecret}}.dump() + "\n" +
               json{{"identifier", "bo@example.org"}, {"phone", "06 12345678"}}.dump());
  for (const auto& event : service.events_after(before)) {
    EXPECT_FALSE(event.dump().contains(kSecret));
    EXPECT_FALSE(event.dump().contains("12345678"));
    EXPECT_FALSE(event.dump().contains("example.org"));
  }
  EXPECT_EQ(service.count("two_step.imported"), 2U);
}

TEST_F(StaffImport, IsThereAfterTheServiceWasOpenedAgain) {
  std::string lines;
  for (int i = 0; i < 3000; ++i) lines += json{{"identifier", "p" + std::to_string(i) + "@example.org"}}.dump() + "\n";
  const auto first = import(lines);
  ASSERT_EQ(first.size(), 3000U);
  service.reopen();
  for (std::size_t i = 0; i < first.size(); i += 250) EXPECT_TRUE(of(first[i]).exists());
  EXPECT_EQ(import(lines).back().at("existing"), true);
}

}  // namespace
}  // namespace tweestap::http
