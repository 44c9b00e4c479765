// One code and many who submit it at the same moment, over and over.
#include "tests/http/races.h"

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

constexpr std::size_t kLogins = 4;  // several, so that it is the code that counts once and not the login

TEST(OTP_2, OneCodeLetsInOnceHoweverManySubmitIt) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  std::vector<std::string> logins(kLogins);
  std::string code;
  Tally tally;
  in_rounds(
      kRounds,
      [&](int) {
        // The lock of the round before is over; its count is cleared by the code of this one.
        house.after(domain::hours(1));
        for (std::string& login : logins) login = house.pending();
        code = house.code(alex.secret);
      },
      [&](std::size_t thread) {
        tally.count(house.post("/v1/logins/current/code", {{"code", code}}, logins[thread % kLogins]));
      },
      [&](int round) { tally.expect_one(round); });
  EXPECT_EQ(house.count("login.completed"), 1U + kRounds)
      << "and the log says so: one for the enrolment's, one a round";
}

TEST(REC_1, OneCodeLetsInOnceHoweverManySubmitIt) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  std::vector<std::string> codes;
  std::vector<std::string> logins(kLogins);
  Tally tally;
  in_rounds(
      kFewerRounds,
      [&](int) {
        house.after(domain::hours(1));
        if (codes.empty()) {
          const Heard in = house.post("/v1/logins/current/code", {{"code", house.code(alex.secret)}}, house.pending());
          const std::string fresh = in.json().at("session").at("session_token");
          codes = house.post("/v1/account/recovery-codes", {{"password", kPassword}}, fresh)
                      .json()
                      .at("recovery_codes")
                      .get<std::vector<std::string>>();
        }
        for (std::string& login : logins) login = house.pending();
      },
      [&](std::size_t thread) {
        tally.count(house.post("/v1/logins/current/recovery-code", {{"recovery_code", codes.back()}},
                               logins[thread % kLogins]));
      },
      [&](int round) {
        tally.expect_one(round);
        codes.pop_back();
      });
  EXPECT_EQ(house.count("recovery_code.used"), static_cast<std::size_t>(kFewerRounds));
}

}  // namespace
}  // namespace tweestap::http::people
