// What a detector remembers, and what it forgets: one that begins later raises the same alerts, and no attack fills it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "consumers/detection/detector.h"
#include "tests/consumers/attack.h"

namespace tweestap::consumers::detection {
namespace {

using domain::AlertRule;
using domain::Amr;
using domain::Method;

// The network stays one key of few things, so that nothing but what was sent is forgotten.
TEST(Detector, CountsTheAccountsWhoseMessagesItForgets) {
  constexpr Bounds kTwenty{.keys_max = 20};
  for (const bool late : {false, true}) {
    Attack attack{only(AlertRule::SmsPumping), kTwenty};
    for (std::uint32_t n = 1; n <= 20; ++n) attack.code_issued(n, 1);
    EXPECT_EQ(attack.detector.forgotten(), 0U) << "as many as there is room for";
    attack.after(late ? kWindow : domain::Duration{kWindow.us - 1}).code_issued(21, 1);
    EXPECT_EQ(attack.detector.forgotten(), late ? 0U : 1U) << "what does not count any more is not missed";
  }
}

TEST(Detector, CountsTheMessagesOfAnAccountThatItForgets) {
  for (const bool late : {false, true}) {
    Attack attack{only(AlertRule::SmsPumping)};
    attack.code_issued(1, 1).after(kMoment);
    for (std::uint8_t n = 2; n <= 16; ++n) attack.code_issued(1, n);
    for (std::uint8_t n = 2; n <= 16; ++n) attack.code_issued(1, n);
    EXPECT_EQ(attack.detector.forgotten(), 0U) << "a repeat is none more";
    attack.after({kWindow.us - (late ? 1 : 2)}).code_issued(1, 17);
    EXPECT_EQ(attack.detector.forgotten(), late ? 0U : 1U) << "the first one still counts until its window is over";
  }
}

// What was forgotten cannot be taken off: this is what the count of it tells.
TEST(SmsPumping, TakesOffTheNumberOfTheOldestOfSixteenMessagesAndNotOfSeventeen) {
  for (const bool too_many : {false, true}) {
    const auto messages = static_cast<std::uint8_t>(too_many ? 17 : 16);
    Thresholds thresholds = only(AlertRule::SmsPumping);
    thresholds[AlertRule::SmsPumping].count = messages + 1U;
    Attack attack{thresholds};
    attack.code_issued(1, 1);
    for (std::uint8_t n = 2; n <= messages; ++n) attack.code_to_enrol(1, n);
    attack.gets_in(1, {Amr::Password, Amr::Sms}).code_issued(2, 99);
    EXPECT_EQ(attack.alerts.size(), too_many ? 1U : 0U);
    EXPECT_EQ(attack.detector.forgotten(), too_many ? 1U : 0U);
  }
}

TEST(Detector, StaysWithinItsBoundsWhateverComesAndRemembersWhoGoesOn) {
  constexpr Bounds kSmall{.keys_max = 20, .things_max = 60};
  Attack attack{three_in_ten_minutes(), kSmall};
  for (std::uint32_t n = 10; n < 5000; ++n) {
    attack.after(kMoment).wrong_password(n, network(n)).code_issued(n, static_cast<std::uint8_t>(n), network(n));
    attack.gets_in(100'000 + n, {Amr::Otp}, network(n)).reset(n, domain::Actor{account(n)});
    if (n % 10 == 0) attack.wrong_password(n / 10 % 3);
    ASSERT_LE(attack.detector.remembered(), kRuleCount * (kSmall.keys_max + kSmall.things_max) + kSmall.keys_max);
  }
  EXPECT_GT(attack.detector.forgotten(), 1000U);
  EXPECT_TRUE(std::ranges::any_of(attack.alerts, [](const auto& one) { return one.network == kOffice; }));
}

// What happens in an organisation of few people and networks, so that thresholds are met and missed.
struct Doing {
  std::size_t what = 0;  // of kHappenings
  std::uint32_t who = 0;
  std::uint32_t where = 0;
  std::int64_t wait_s = 0;

  [[nodiscard]] domain::Pseudonym from() const { return network(where); }
  // Each is one person's, and for one purpose.
  [[nodiscard]] std::uint8_t number_to_log_in() const { return static_cast<std::uint8_t>(who); }
  [[nodiscard]] std::uint8_t number_to_enrol() const { return static_cast<std::uint8_t>(who + 10); }
  [[nodiscard]] std::uint8_t number_to_step_up() const { return static_cast<std::uint8_t>(who + 20); }
};

// One event each, so that those behind one that is left out keep their positions. What happens more often stands here
// more than once.
constexpr std::size_t kCodeIssued = 1;
constexpr std::size_t kCodeResent = 2;
constexpr auto kHappenings = std::to_array<void (*)(Attack&, const Doing&)>({
    [](Attack& in, const Doing& one) { in.wrong_password(one.who, one.from()); },
    [](Attack& in, const Doing& one) { in.code_issued(one.who, one.number_to_log_in(), one.from()); },
    [](Attack& in, const Doing& one) { in.code_resent(one.who, one.number_to_log_in()); },
    [](Attack& in, const Doing& one) { in.wrong_password(one.who, one.from()); },
    [](Attack& in, const Doing& one) { in.wrong_password(one.who, one.from()); },
    [](Attack& in, const Doing& one) { in.unknown(static_cast<std::uint8_t>(one.who), one.from()); },
    [](Attack& in, const Doing& one) {
      in.gets_in(one.who, {Amr::Password, Amr::Sms}, one.from());
    },
    [](Attack& in, const Doing& one) { in.code_to_enrol(one.who, one.number_to_enrol(), one.from()); },
    [](Attack& in, const Doing& one) { in.code_to_step_up(one.who, one.number_to_step_up(), one.from()); },
    [](Attack& in, const Doing& one) { in.right_password(one.who, Method::Totp, one.from()); },
    [](Attack& in, const Doing& one) { in.enrolled(one.who); },
    [](Attack& in, const Doing& one) { in.method_changed(one.who); },
    [](Attack& in, const Doing& one) { in.stepped_up(one.who, Amr::Sms); },
    [](Attack& in, const Doing& one) { in.theft(one.who, static_cast<std::uint8_t>(one.where)); },
    [](Attack& in, const Doing& one) { in.reset(one.who, domain::Actor{account(one.where)}); },
    [](Attack& in, const Doing& one) { in.reset_cancelled(one.who, domain::EndReason::SecondStepPassed); },
});

void let_happen(Attack& attack, const Doing& doing) {
  kHappenings.at(doing.what)(attack.after(domain::seconds(doing.wait_s)), doing);
}

// A code is sent again within the life of its login, which is shorter than a window: what it is for is known then to
// whoever remembers two of them. Where there is no such login, one begins.
std::vector<Doing> draw_doings() {
  constexpr std::int64_t kLoginLivesS = 300;
  const auto raw =
      *rc::gen::container<std::vector<std::tuple<std::size_t, std::uint32_t, std::uint32_t, std::int64_t>>>(
          rc::gen::tuple(rc::gen::inRange<std::size_t>(0, kHappenings.size()), rc::gen::inRange<std::uint32_t>(1, 7),
                         rc::gen::inRange<std::uint32_t>(1, 4), rc::gen::inRange<std::int64_t>(0, 120)));
  std::vector<Doing> doings;
  std::map<std::uint32_t, std::int64_t> login_over_at;
  std::int64_t now_s = 0;
  for (const auto& [what, who, where, wait_s] : raw) {
    now_s += wait_s;
    Doing& one = doings.emplace_back(Doing{what, who, where, wait_s});
    const auto over = login_over_at.find(who);
    const bool lives = over != login_over_at.end() && now_s < over->second;
    if (one.what == kCodeResent && !lives) one.what = kCodeIssued;
    if (one.what == kCodeIssued) login_over_at[who] = now_s + kLoginLivesS;
  }
  return doings;
}

// The alerts about everything from `split` on, of a detector that saw all of it, or of one that begins there with what
// was in its memory before.
std::vector<std::string> alerts_from(const std::vector<Doing>& doings, std::size_t split, bool begun_anew) {
  std::vector<domain::Time> times;
  domain::Time now = kPeriodBegins;
  for (const Doing& one : doings) times.push_back(now = now + domain::seconds(one.wait_s));
  const domain::Time at_split = split < times.size() ? times[split] : now;
  Attack attack{three_in_ten_minutes()};
  for (std::size_t i = 0; i < doings.size(); ++i) {
    if (begun_anew && times[i] <= at_split - three_in_ten_minutes().memory()) {
      attack.after(domain::seconds(doings[i].wait_s));
      ++attack.position;
    } else {
      let_happen(attack, doings[i]);
    }
  }
  std::erase_if(attack.alerts, [&](const domain::AlertRaised& one) { return one.about <= split; });
  return shown(attack.alerts);
}

RC_GTEST_PROP(Detector, RaisesTheSameAlertsWhereverItBegins, ()) {
  const std::vector<Doing> doings = draw_doings();
  const auto split = *rc::gen::inRange<std::size_t>(0, doings.size() + 1);
  RC_ASSERT(alerts_from(doings, split, true) == alerts_from(doings, split, false));
}

// Three at five minutes are told, and again with the fourth, which is in the next period. Of those three nothing counts
// any more when the last one comes, but that its period was told does.
TEST(Detector, BegunAnewKnowsThatItsPeriodWasTold) {
  const std::vector<Doing> doings{{0, 1, 1, 300}, {0, 2, 1, 0},   {0, 3, 1, 0},
                                  {0, 4, 1, 301}, {0, 5, 1, 270}, {0, 6, 1, 270}};
  EXPECT_EQ(alerts_from(doings, 0, false).size(), 4U) << "of stuffing and of spraying, twice each";
  EXPECT_EQ(alerts_from(doings, 5, false), std::vector<std::string>{});
  EXPECT_EQ(alerts_from(doings, 5, true), std::vector<std::string>{});
}

RC_GTEST_PROP(Detector, TellsTheSameOnceInItsPeriod, ()) {
  Attack attack{three_in_ten_minutes()};
  for (const Doing& one : draw_doings()) let_happen(attack, one);
  std::vector<std::string> told;
  for (const domain::AlertRaised& one : attack.alerts) {
    told.push_back(std::string{domain::name_of(one.rule)} + " " + whom(one) + " " +
                   std::to_string(three_in_ten_minutes()[one.rule].period(one.until)));
  }
  std::ranges::sort(told);
  RC_ASSERT(std::ranges::adjacent_find(told) == told.end());
}

}  // namespace
}  // namespace tweestap::consumers::detection
