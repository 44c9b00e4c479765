#include <gtest/gtest.h>

#include <string>

#include "http/routes/staff_countries.h"
#include "tests/http/staff_service.h"

namespace tweestap::http {
namespace {

using domain::KeyRole;
using nlohmann::json;

const json kFirst = {{"methods", {"totp", "sms"}},
                     {"remember_durations", {"never", "12h", "3d", "1w"}},
                     {"four_eyes", false},
                     {"sms_countries", {"NL"}}};

TEST(Policy, BeginsAsTheContractSays) {
  StaffService service;
  EXPECT_EQ(service.get("/v1/policy", service.key(KeyRole::Admin)).json(), kFirst);
}

TEST(Policy, KeepsWhatIsAbsentAndClearsTheDateByNull) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  json expected = kFirst;
  expected["two_step_mandatory_from"] = "2026-06-01T00:00:00Z";
  EXPECT_EQ(service.put("/v1/policy", R"({"two_step_mandatory_from":"2026-06-01T02:00:00+02:00"})", admin).json(),
            expected);
  expected["methods"] = {"totp"};
  expected["remember_durations"] = {"never", "1w"};
  expected["sms_countries"] = {"NL", "BE"};
  EXPECT_EQ(service
                .put("/v1/policy",
                     R"({"methods":["totp"],"remember_durations":["1w","never"],"sms_countries":["NL","BE"]})", admin)
                .json(),
            expected);
  EXPECT_EQ(service.get("/v1/policy", admin).json(), expected);
  EXPECT_EQ(service.count("policy.changed"), 2U);
  EXPECT_EQ(service.put("/v1/policy", "{}", admin).json(), expected);
  EXPECT_EQ(service.count("policy.changed"), 2U);
  expected.erase("two_step_mandatory_from");
  EXPECT_EQ(service.put("/v1/policy", R"({"two_step_mandatory_from":null})", admin).json(), expected);
  EXPECT_EQ(service
                .put("/v1/policy",
                     R"({"methods":null,"remember_durations":null,"sms_countries":null,"four_eyes":null})", admin)
                .json(),
            (json{{"methods", {"totp", "sms"}},
                  {"remember_durations", {"never", "12h", "3d", "1w"}},
                  {"four_eyes", false},
                  {"sms_countries", {"NL"}}}));
}

TEST(Policy, NamesTheMemberThatIsWrong) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const struct {
    const char* body;
    const char* member;
  } kCases[] = {
      {R"({"methods":[]})", "methods"},
      {R"({"methods":["totp","totp"]})", "methods"},
      {R"({"methods":["mail"]})", "methods"},
      {R"({"methods":[null]})", "methods"},
      {R"({"remember_durations":[]})", "remember_durations"},
      {R"({"remember_durations":["2h"]})", "remember_durations"},
      {R"({"sms_countries":["nl"]})", "sms_countries"},
      {R"({"sms_countries":["XX"]})", "sms_countries"},
      {R"({"sms_countries":["NL","NL"]})", "sms_countries"},
      {R"({"four_eyes":"yes"})", "four_eyes"},
      {R"({"two_step_mandatory_from":"soon"})", "two_step_mandatory_from"},
      {R"({"mandatory":true})", "mandatory"},
  };
  const std::uint64_t before = service.head();
  for (const auto& one : kCases) {
    const Heard heard = service.put("/v1/policy", one.body, admin);
    EXPECT_EQ(heard.code(), "malformed_request") << one.body;
    EXPECT_EQ(heard.member(), one.member) << one.body;
  }
  EXPECT_EQ(service.head(), before);
}

TEST(Policy, TakesEveryCountryAtOnce) {
  StaffService service;
  json countries = json::array();
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      if (is_country(std::string{a, b})) countries.push_back(std::string{a, b});
    }
  }
  ASSERT_EQ(countries.size(), 249U);
  const std::string admin = service.key(KeyRole::Admin);
  EXPECT_EQ(service.put("/v1/policy", json{{"sms_countries", countries}}.dump(), admin).json().at("sms_countries"),
            countries);
  EXPECT_EQ(service.put("/v1/policy", R"({"sms_countries":[]})", admin).json().at("sms_countries"), json::array());
}

TEST(ADM_3, FourEyesIsNotSwitchedOffOverHttp) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  EXPECT_EQ(service.put("/v1/policy", R"({"four_eyes":true})", admin).json().at("four_eyes"), true);
  EXPECT_EQ(service.put("/v1/policy", R"({"four_eyes":false})", admin).code(), "forbidden");
  EXPECT_EQ(service.put("/v1/policy", R"({"four_eyes":true,"methods":["totp"]})", admin).status, 200);
  EXPECT_EQ(service.get("/v1/policy", admin).json().at("four_eyes"), true);
}

TEST(PolicyPreview, CountsOpenAccountsWithoutTwoStepThatTheDateWouldStop) {
  StaffService service;
  const std::string admin = service.key(KeyRole::Admin);
  const auto count = [&](const std::string& date) {
    return service.get("/v1/policy/preview?mandatory_from=" + date, admin).body;
  };
  EXPECT_EQ(count("2027-01-01T00:00:00Z"), R"({"would_have_to_enrol":0})");
  (void)service.account("a@example.org");
  const auto later = service.account("b@example.org");
  const auto closed = service.account("c@example.org");
  const auto enrolled = service.account("d@example.org", {domain::Role::Helpdesk});
  (void)service.session(enrolled, domain::Listener::Staff);
  EXPECT_EQ(count("2027-01-01T00:00:00Z"), R"({"would_have_to_enrol":3})");
  ASSERT_EQ(service.put("/v1/accounts/" + later.text() + "/mandatory-from", R"({"date":"2028-01-01T00:00:00Z"})", admin)
                .status,
            200);
  ASSERT_EQ(service.post("/v1/accounts/" + closed.text() + "/disable", R"({"reason":"gone"})", admin).status, 204);
  EXPECT_EQ(count("2027-01-01T00:00:00Z"), R"({"would_have_to_enrol":1})");
  EXPECT_EQ(count("2028-01-01T00:00:00Z"), R"({"would_have_to_enrol":2})");

  EXPECT_EQ(service.get("/v1/policy/preview", admin).member(), "mandatory_from");
  EXPECT_EQ(count("soon").contains("malformed_request"), true);
}

}  // namespace
}  // namespace tweestap::http
