// Every code by SMS at every place where one can be typed: it counts where it belongs, and nowhere else.
#include <algorithm>
#include <memory>

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

// A place that waits for a code, and the code that was sent for it.
struct Place {
  std::string name;
  std::string target;
  std::string token;
  std::string code;
};

// Limits so high that only the binding of a code can refuse it; the limits have tests of their own.
class CodeMatrix : public PeopleService {
 public:
  CodeMatrix() {
    constexpr std::uint32_t kNoLimit = 1000;
    domain::Rules& limits = rules.domain;
    limits.sms_code_tries = limits.enrolment_tries = limits.failures_per_lock = kNoLimit;
    limits.sms_budget_number = limits.sms_budget_account = limits.sms_budget_network = kNoLimit;
    allow_sms();
    open_places(kAlex);
    open_places("robin@example.org");
  }

  [[nodiscard]] Heard type(const Place& place, const std::string& code) const {
    return post(place.target, {{"code", code}}, place.token);
  }

  std::vector<Place> places;

 private:
  // Both accounts have the same number, so that it cannot be what tells their codes apart.
  void open_places(const std::string& who) {
    (void)account(who);
    const std::string steps_up = enrol_by_sms(who);
    const Place into_another{"", "/v1/logins/current/code", pending(who), code_sent()};
    const std::string enrols = type(into_another, into_another.code).json().at("session").at("session_token");

    for (const char* login : {"login A", "login B"}) {
      add(who, login, "/v1/logins/current/code", pending(who));
    }
    EXPECT_EQ(post("/v1/session/step-up", Json::object(), steps_up).status, 202);
    add(who, "step-up", "/v1/session/step-up/code", steps_up);
    const Heard started = start_by_sms(enrols);
    EXPECT_EQ(started.status, 201) << started.body;
    // Last, for it ends everything else of its account where it succeeds.
    add(who, "enrolment", "/v1/account/enrolments/" + started.json().at("enrolment").get<std::string>() + "/code",
        enrols);
  }
  void add(const std::string& who, const char* what, std::string target, std::string token) {
    places.push_back({std::string{what} + " of " + who, std::move(target), std::move(token), code_sent()});
  }
};

// Two of eight codes are the same by chance once in 36,000 times, of which no table can be made; three times in a row
// they are no chance.
std::unique_ptr<CodeMatrix> with_different_codes() {
  for (int tries = 0; tries < 3; ++tries) {
    auto house = std::make_unique<CodeMatrix>();
    std::vector<std::string> codes;
    for (const Place& place : house->places) codes.push_back(place.code);
    std::ranges::sort(codes);
    if (std::ranges::adjacent_find(codes) == codes.end()) return house;
  }
  return nullptr;
}

TEST(OTP_4, ACodeBySmsCountsForItsOwnLoginOrEnrolmentAccountAndPurposeOnly) {
  const auto house = with_different_codes();
  ASSERT_NE(house, nullptr) << "the codes of different places are the same";
  ASSERT_EQ(house->places.size(), 8U);
  for (const Place& place : house->places) {
    for (const Place& other : house->places) {
      if (&place == &other) continue;
      const Heard heard = house->type(place, other.code);
      EXPECT_EQ(heard.code(), "code_rejected") << "the code of " << other.name << " at " << place.name << heard.body;
    }
  }
  // Every one of them was still good.
  for (const Place& place : house->places) {
    const Heard heard = house->type(place, place.code);
    EXPECT_EQ(heard.status, 200) << place.name << ": " << heard.body;
  }
}

}  // namespace
}  // namespace tweestap::http::people
