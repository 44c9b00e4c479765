// One code by SMS and many who submit it at the same moment, ask for it again, or change the number that it went to.
#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "tests/http/people_service.h"
#include "tests/http/races.h"

namespace tweestap::http::people {
namespace {

// No round has to wait for the next hour's messages, so that sessions live through all of them.
class SmsRaces : public PeopleService {
 public:
  SmsRaces() {
    constexpr std::uint32_t kNoLimit = 1'000'000;
    domain::Rules& limits = rules.domain;
    limits.sms_budget_number = limits.sms_budget_account = kNoLimit;
    limits.sms_budget_network = limits.sms_budget_total = kNoLimit;
    allow_sms();
    alex = account();
  }

  // What `ask` makes go out. Only what is new is read: from the beginning it would cost more than the races.
  template <class Ask>
  std::string code_of(Ask ask) {
    const std::uint64_t before = head();
    ask();
    return codes_sent(before).at(0);
  }
  [[nodiscard]] Heard change_number(const std::string& enrolment, const char* phone, const std::string& token) const {
    return ask({.method = Method::Patch, .target = enrolment, .body = Json{{"phone", phone}}.dump(), .token = token});
  }
  static std::string path_of(const Heard& started) {
    return "/v1/account/enrolments/" + started.json().at("enrolment").get<std::string>();
  }
  static std::string token_of(const Heard& heard) { return heard.json().at("session").at("session_token"); }

  domain::AccountId alex;
  Tally tally;
};

TEST(OTP_2, ACodeBySmsLetsInOnceHoweverManySubmitIt) {
  SmsRaces house;
  (void)house.enrol_by_sms();
  std::string login;
  std::string code;
  in_rounds(
      kRounds, [&](int) { code = house.code_of([&] { login = house.pending(); }); },
      [&](std::size_t) {
        house.tally.count(house.post("/v1/logins/current/code", {{"code", code}}, login));
      },
      [&](int round) { house.tally.expect_one(round); });
  EXPECT_EQ(house.count("login.completed"), 1U + kRounds) << "and the log says so";
}

TEST(OTP_2, ACodeBySmsStepsUpOnceHoweverManySubmitIt) {
  SmsRaces house;
  std::string session = house.enrol_by_sms();
  std::string code;
  in_rounds(
      kFewerRounds,
      [&](int) { code = house.code_of([&] { (void)house.post("/v1/session/step-up", Json::object(), session); }); },
      [&](std::size_t) {
        house.tally.count(house.post("/v1/session/step-up/code", {{"code", code}}, session));
      },
      [&](int round) {
        house.tally.expect_one(round);
        if (testing::Test::HasFatalFailure()) return;
        session = SmsRaces::token_of(house.tally.winner());
      });
  EXPECT_EQ(house.count("session.stepped_up"), static_cast<std::size_t>(kFewerRounds));
}

TEST(OTP_2, ACodeBySmsSwitchesTwoStepOnOnceHoweverManySubmitIt) {
  SmsRaces house;
  std::string session = house.session();
  std::string target;
  std::string code;
  in_rounds(
      kFewerRounds,
      [&](int) { code = house.code_of([&] { target = SmsRaces::path_of(house.start_by_sms(session)) + "/code"; }); },
      [&](std::size_t) {
        house.tally.count(house.post(target, {{"code", code}}, session));
      },
      [&](int round) {
        house.tally.expect_one(round);
        if (testing::Test::HasFatalFailure()) return;
        session = SmsRaces::token_of(house.tally.winner());
      });
  EXPECT_EQ(house.count("recovery_codes.generated"), static_cast<std::size_t>(kFewerRounds));
}

// The same code goes again: whoever asks takes nothing from those who type it, and is heard once.
TEST(OTP_2, ACodeBySmsCountsOnceWhileItIsAskedForAgain) {
  SmsRaces house;
  (void)house.enrol_by_sms();
  constexpr std::size_t kAskers = 8;
  std::string login;
  std::string code;
  std::atomic<int> sent_again = 0;
  in_rounds(
      kFewerRounds,
      [&](int) {
        sent_again = 0;
        code = house.code_of([&] { login = house.pending(); });
        house.after(domain::seconds(30));  // from when on it may be asked for again
      },
      [&](std::size_t racer) {
        if (racer >= kAskers) {
          house.tally.count(house.post("/v1/logins/current/code", {{"code", code}}, login));
        } else if (house.post("/v1/logins/current/sms", Json::object(), login).status == 202) {
          ++sent_again;
        }
      },
      [&](int round) {
        house.tally.expect_one(round, kRacers - kAskers);
        EXPECT_LE(sent_again, 1) << round;
      });
  EXPECT_EQ(house.count("sms_code.issued"), 1U + kFewerRounds) << "none takes the place of one that lives";
}

// Either the code counts, for the number that it went to, or the number was changed before, and then it never does.
TEST(OTP_2, ACodeBySmsCountsForNoNumberButItsOwnWhileTheNumberIsChanged) {
  SmsRaces house;
  constexpr std::size_t kChangers = 4;
  const char* const kNumbers[] = {"+31612345678", "+31612345679"};  // by turns, so that each round shows its own
  std::string session = house.session();
  std::string enrolment;
  std::string code;
  std::uint64_t before = 0;
  std::atomic<int> changed = 0;
  std::optional<domain::LookupHash> number;
  in_rounds(
      kFewerRounds,
      [&](int round) {
        changed = 0;
        before = house.head();
        code = house.code_of([&] { enrolment = SmsRaces::path_of(house.start_by_sms(session, kNumbers[round % 2])); });
      },
      [&](std::size_t racer) {
        if (racer >= kChangers) {
          house.tally.count(house.post(enrolment + "/code", {{"code", code}}, session));
        } else if (house.change_number(enrolment, "+31687654321", session).status == 200) {
          ++changed;
        }
      },
      [&](int round) {
        const std::vector<std::string> codes = house.codes_sent(before);
        const bool twice = std::ranges::count(codes, code) > 1;  // a new code is the old one once in a million times
        const bool counted = house.tally.let_in() == 1;
        if (counted) {
          session = SmsRaces::token_of(house.tally.winner());
          number = house.keys->lookup_hash("phone", kNumbers[round % 2]);
        }
        house.tally.clear();
        if (twice) return;
        ASSERT_NE(counted, changed > 0) << round;
        const auto two_step = house.state(house.alex).two_step;
        ASSERT_EQ(two_step.has_value(), number.has_value()) << round;
        if (number) {
          ASSERT_EQ(two_step->phone->number_hash, *number) << round;
        }
      });
}

}  // namespace
}  // namespace tweestap::http::people
