// One code and many who submit it at the same moment, over and over.
#include <atomic>
#include <barrier>
#include <functional>
#include <thread>

#include "tests/http/people_service.h"

namespace tweestap::http::people {
namespace {

constexpr std::size_t kThreads = 64;
constexpr std::size_t kLogins = 4;  // several, so that it is the code that counts once and not the login

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kRounds = 50;  // every access costs ten times as much, and the interleavings are looked at one by one
#else
constexpr int kRounds = 1000;
#endif
constexpr int kRecoveryRounds = kRounds / 4;  // each needs new sets of codes besides

// Threads that live through all rounds: starting 64 of them takes longer than the race. `prepare` runs alone before
// each round, `race` in every thread at once, `check` alone behind it; a round that failed is the last.
void in_rounds(int rounds, const std::function<void(int round)>& prepare,
               const std::function<void(std::size_t thread)>& race, const std::function<void(int round)>& check) {
  std::atomic<bool> over = false;
  int round = 0;
  bool racing = false;
  const auto between = [&]() noexcept {
    if (racing) {
      check(round);
      ++round;
    }
    racing = !racing;
    if (!racing) return;
    over = round == rounds || testing::Test::HasFatalFailure();
    if (!over) prepare(round);
  };
  std::barrier barrier(kThreads, between);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      while (true) {
        barrier.arrive_and_wait();
        if (over) return;
        race(i);
        barrier.arrive_and_wait();
      }
    });
  }
}

// Who was let in, and what the others heard.
struct Tally {
  std::atomic<int> let_in = 0;
  std::atomic<int> rejected = 0;
  std::atomic<int> kept_out = 0;  // locked, has to wait, the login is over, or nobody had time for it

  void count(const Heard& heard) {
    if (heard.status == 200) ++let_in;
    if (heard.code() == "code_rejected") ++rejected;
    const bool over = heard.code() == "locked" || heard.code() == "too_many_requests" ||
                      heard.code() == "unavailable" || heard.code() == "token_expired";
    if (over) ++kept_out;
  }
  void expect_one(int round) {
    ASSERT_EQ(let_in, 1) << round;
    ASSERT_EQ(let_in + rejected + kept_out, static_cast<int>(kThreads)) << round;
    let_in = rejected = kept_out = 0;
  }
};

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

TEST(OTP_2, ACodeBySmsLetsInOnceHoweverManySubmitIt) {
  PeopleService house;
  house.allow_sms();
  (void)house.account();
  (void)house.enrol_by_sms();
  std::string login;
  std::string code;
  Tally tally;
  in_rounds(
      kRecoveryRounds,
      [&](int) {
        house.after(domain::hours(1));  // the hour's budget of messages is there again
        login = house.pending();
        code = house.code_sent();
      },
      [&](std::size_t) { tally.count(house.post("/v1/logins/current/code", {{"code", code}}, login)); },
      [&](int round) { tally.expect_one(round); });
  EXPECT_EQ(house.count("login.completed"), 1U + kRecoveryRounds);
}

TEST(REC_1, OneCodeLetsInOnceHoweverManySubmitIt) {
  PeopleService house;
  (void)house.account();
  const Enrolled alex = house.enrol();
  std::vector<std::string> codes;
  std::vector<std::string> logins(kLogins);
  Tally tally;
  in_rounds(
      kRecoveryRounds,
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
  EXPECT_EQ(house.count("recovery_code.used"), static_cast<std::size_t>(kRecoveryRounds));
}

}  // namespace
}  // namespace tweestap::http::people
