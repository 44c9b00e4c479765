// The detection on a real log: what it tells, and that neither a crash nor a restart doubles or loses any of it.
#include "consumers/detection/watcher.h"

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "consumers/detection/replay.h"
#include "tests/consumers/attack.h"
#include "tests/consumers/sending_parts.h"

namespace tweestap::consumers::detection {
namespace {

using domain::AlertRaised;
using domain::AlertRule;

class Watched : public SendingParts {
 protected:
  // Of that many accounts within ten minutes; 0: the rule is off.
  void start(std::uint32_t accounts = 3) {
    Thresholds thresholds = only(AlertRule::CredentialStuffing);
    thresholds[AlertRule::CredentialStuffing].count = accounts;
    auto started = Watcher::start({.partition = store.partition(),
                                   .random = random,
                                   .clock = store.clock,
                                   .metrics = metrics,
                                   .log = log,
                                   .thresholds = thresholds});
    ASSERT_TRUE(started) << started.error().reason;
    watcher_ = std::move(*started);
  }
  void stop() { watcher_.reset(); }

  // Somebody tries an identifier that nobody has; the position of the event.
  std::uint64_t try_identifier(std::uint8_t n, const domain::Pseudonym& from = kOffice) {
    domain::StartLogin command = tests::log_in(domain::PasswordEvidence{0, false, {}});
    command.account.reset();
    command.identifier_hash = identifier(n);
    command.caller = tests::from(from);
    EXPECT_NE(store.submit(std::move(command), domain::kVisitor), nullptr);
    return last<domain::PasswordRejected>();
  }
  [[nodiscard]] bool looked_at(std::uint64_t position) {
    return eventually([&] { return watcher_->position() >= position; });
  }
  [[nodiscard]] bool alerts_are(std::size_t wanted) {
    return eventually([&] { return count<AlertRaised>() == wanted; });
  }
  [[nodiscard]] std::uint64_t cursor() { return *store.partition().cursor(kWatcherName); }
  void set_cursor(std::uint64_t position) {
    ASSERT_TRUE(store.partition().set_cursor(kWatcherName, position).has_value());
  }
  // What happened within a day is told, and what happened before it is not.
  void expect_a_look_a_day_back() {
    for (std::uint8_t n = 1; n <= 3; ++n) try_identifier(n, kOtherPlace);
    store.clock.advance(domain::hours(1).us);
    for (std::uint8_t n = 1; n <= 3; ++n) try_identifier(n);
    store.clock.advance(kLookBackMost.us - domain::minutes(30).us);
    const std::uint64_t last_try = try_identifier(9, network(9));
    start();
    ASSERT_TRUE(looked_at(last_try));
    ASSERT_EQ(count<AlertRaised>(), 1U);
    EXPECT_EQ(events<AlertRaised>().front().network, kOffice);
  }

  std::unique_ptr<Watcher> watcher_;
};

TEST_F(Watched, AnAlertIsAnEventAndAFigure) {
  start();
  try_identifier(1);
  try_identifier(2);
  const std::uint64_t third = try_identifier(3);
  ASSERT_TRUE(alerts_are(1));
  const AlertRaised alert = events<AlertRaised>().front();
  EXPECT_EQ(alert.rule, AlertRule::CredentialStuffing);
  EXPECT_EQ(alert.network, kOffice);
  EXPECT_EQ(alert.about, third);
  const auto envelope = eventstore::decode(record<AlertRaised>().envelope);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->subject, domain::kService);
  EXPECT_EQ(envelope->actor, domain::Actor{domain::System{}});
  EXPECT_TRUE(eventually([this] { return figure("alerts_total{rule=\"credential_stuffing\"}") == 1; }));
  EXPECT_EQ(figure("alerts_total{rule=\"device_theft\"}"), 0);
}

TEST_F(Watched, TellsInTheLogOfOperationsWithoutAnythingPersonal) {
  std::mutex mutex;
  std::string lines;
  platform::Log kept{platform::Log::Format::Json, platform::LogLevel::Warning, [&](std::string_view line) {
                       const std::scoped_lock lock{mutex};
                       lines.append(line);
                     }};
  auto started = Watcher::start({.partition = store.partition(),
                                 .random = random,
                                 .clock = store.clock,
                                 .metrics = metrics,
                                 .log = kept,
                                 .thresholds = only(AlertRule::CredentialStuffing)});
  ASSERT_TRUE(started);
  for (std::uint8_t n = 1; n <= 3; ++n) try_identifier(n);
  const auto has = [&](const std::string& text) {
    const std::scoped_lock lock{mutex};
    return lines.find(text) != std::string::npos;
  };
  EXPECT_TRUE(eventually([&] { return has("alert.raised"); }));
  EXPECT_TRUE(has("network " + kOffice.text()));
  EXPECT_TRUE(has("credential_stuffing"));
}

TEST_F(Watched, WhatIsCountedOutlivesARestart) {
  start();
  const std::uint64_t first = try_identifier(1);
  ASSERT_TRUE(looked_at(try_identifier(2)));
  stop();
  start();
  const std::uint64_t third = try_identifier(3);
  ASSERT_TRUE(alerts_are(1));
  EXPECT_EQ(events<AlertRaised>().front().count, 3U);
  EXPECT_EQ(events<AlertRaised>().front().about, third);
  EXPECT_LT(first, third);
}

// A higher one that is not reached, and a rule that was off.
TEST_F(Watched, ALowerThresholdHearsOfTheAttackThatRuns) {
  for (const std::uint32_t before : {5U, 0U}) {
    const std::size_t told = count<AlertRaised>();
    start(before);
    try_identifier(1);
    try_identifier(2);
    const std::uint64_t third = try_identifier(3);
    ASSERT_TRUE(looked_at(third));
    ASSERT_EQ(count<AlertRaised>(), told);
    stop();
    start(3);
    ASSERT_TRUE(looked_at(try_identifier(9, kOtherPlace)));
    ASSERT_EQ(count<AlertRaised>(), told + 1) << before;
    EXPECT_EQ(events<AlertRaised>().back().about, third);
    ASSERT_TRUE(looked_at(try_identifier(4)));
    EXPECT_EQ(count<AlertRaised>(), told + 1) << "and once";
    stop();
    store.clock.advance(kWindow.us);
  }
}

TEST_F(Watched, ALowerThresholdSaysNothingOfAPeriodThatIsOver) {
  start(5);
  try_identifier(1);
  try_identifier(2);
  ASSERT_TRUE(looked_at(try_identifier(3)));
  stop();
  store.clock.advance(kWindow.us);
  start(3);
  ASSERT_TRUE(looked_at(try_identifier(4)));
  EXPECT_EQ(count<AlertRaised>(), 0U);
}

TEST_F(Watched, ALowerThresholdDoesNotTellAgainWhatThePeriodWasTold) {
  start(3);
  for (std::uint8_t n = 1; n <= 3; ++n) try_identifier(n);
  ASSERT_TRUE(alerts_are(1));
  ASSERT_TRUE(looked_at(record<AlertRaised>().position));
  stop();
  start(2);
  ASSERT_TRUE(looked_at(try_identifier(4)));
  EXPECT_EQ(count<AlertRaised>(), 1U);
}

// A crash between an alert and the cursor that comes after it.
TEST_F(Watched, WhatWasStoredBehindTheCursorIsNotStoredAgainAndToldTheOperator) {
  start();
  const std::uint64_t first = try_identifier(1);
  try_identifier(2);
  try_identifier(3);
  ASSERT_TRUE(alerts_are(1));
  ASSERT_TRUE(looked_at(last<AlertRaised>()));
  stop();
  EXPECT_EQ(figure("alerts_total{rule=\"credential_stuffing\"}"), 1);
  set_cursor(first);
  start();
  ASSERT_TRUE(looked_at(try_identifier(4)));
  EXPECT_EQ(count<AlertRaised>(), 1U);
  EXPECT_EQ(figure("alerts_total{rule=\"credential_stuffing\"}"), 2) << "the crash may have come before the operator";
  stop();
  start();
  ASSERT_TRUE(looked_at(try_identifier(5)));
  EXPECT_EQ(figure("alerts_total{rule=\"credential_stuffing\"}"), 2) << "the cursor is beyond it now";
}

TEST_F(Watched, WhatCouldNotBeToldIsToldAfterTheNextStart) {
  start();
  try_identifier(1);
  ASSERT_TRUE(looked_at(try_identifier(2)));
  random.is_out = true;
  const std::uint64_t third = try_identifier(3);
  ASSERT_TRUE(eventually([this] { return random.refused > 0; }));
  stop();
  EXPECT_LT(cursor(), third);
  EXPECT_EQ(count<AlertRaised>(), 0U);
  random.is_out = false;
  start();
  EXPECT_TRUE(alerts_are(1));
}

TEST_F(Watched, WhatCouldNotBeToldIsTriedAgainAndCountedOnce) {
  start();
  random.is_out = true;
  for (std::uint8_t n = 1; n <= 3; ++n) try_identifier(n);
  ASSERT_TRUE(eventually([this] { return random.refused > 1; }));
  random.is_out = false;
  ASSERT_TRUE(alerts_are(1));
  ASSERT_TRUE(looked_at(try_identifier(4)));
  EXPECT_EQ(count<AlertRaised>(), 1U);
}

TEST_F(Watched, TheFirstLookGoesADayBack) { expect_a_look_a_day_back(); }

// A detection that was off for long, or a month on a version without one.
TEST_F(Watched, ALaterLookGoesADayBackToo) {
  start();
  ASSERT_TRUE(looked_at(try_identifier(8, network(9))));
  stop();
  EXPECT_GT(cursor(), 0U);
  expect_a_look_a_day_back();
}

TEST_F(Watched, WhatHappenedWhileNobodyWatchedIsTold) {
  start();
  ASSERT_TRUE(looked_at(try_identifier(8, network(9))));
  stop();
  for (std::uint8_t n = 1; n <= 3; ++n) try_identifier(n);
  store.clock.advance(domain::hours(1).us);
  start();
  ASSERT_TRUE(looked_at(try_identifier(9, network(9))));
  EXPECT_EQ(count<AlertRaised>(), 1U);
}

TEST_F(Watched, AReplayRaisesWhatTheServiceRaised) {
  start();
  for (std::uint8_t n = 1; n <= 4; ++n) try_identifier(n);
  store.clock.advance(kWindow.us);
  std::uint64_t last_try = 0;
  for (std::uint8_t n = 1; n <= 5; ++n) last_try = try_identifier(n, n % 2 == 0 ? kOffice : kOtherPlace);
  ASSERT_TRUE(looked_at(last_try));
  const std::vector<AlertRaised> live = events<AlertRaised>();
  ASSERT_EQ(live.size(), 2U);
  const std::array<Thresholds, 1> thresholds{only(AlertRule::CredentialStuffing)};
  const auto again = [&](std::uint64_t from, std::uint64_t to) {
    const auto found = replay(store.log(), {from, to}, thresholds, {});
    EXPECT_TRUE(found) << (found ? "" : found.error().reason);
    return found ? shown(found->front()) : std::vector<std::string>{};
  };
  const std::uint64_t end = store.log().head().position;
  EXPECT_EQ(again(1, end), shown(live));
  EXPECT_EQ(again(live[1].about, end), shown(std::vector{live[1]})) << "with what was counted before the stretch";
  EXPECT_EQ(again(live[1].about + 1, end), std::vector<std::string>{});
  EXPECT_EQ(again(1, live[1].about - 1), shown(std::vector{live[0]}));
  EXPECT_EQ(again(end + 1, end + 9), std::vector<std::string>{});
  const auto kept = [&](std::size_t alerts_max) { return replay(store.log(), {1, end}, thresholds, {}, alerts_max); };
  EXPECT_TRUE(kept(2));
  ASSERT_FALSE(kept(1)) << "one more than it may keep";
  EXPECT_EQ(kept(1).error().kind, platform::Failure::Kind::Invalid);
}

AlertRaised alert_of(const domain::Pseudonym& from, std::int64_t since_s, std::int64_t until_s) {
  AlertRaised alert;
  alert.network = from;
  alert.since = domain::Time{domain::seconds(since_s).us};
  alert.until = domain::Time{domain::seconds(until_s).us};
  alert.about = static_cast<std::uint64_t>(until_s);
  return alert;
}

TEST(Compare, FindsTheSameAlertWhereItsTimesMeet) {
  const std::vector<AlertRaised> today{alert_of(kOffice, 0, 20), alert_of(kOffice, 100, 120),
                                       alert_of(kOtherPlace, 0, 40)};
  const std::vector<AlertRaised> other{alert_of(kOffice, 20, 50), alert_of(kOffice, 121, 150)};
  std::vector<std::pair<std::uint64_t, Change>> found;
  for (const Compared& one : compare(today, other)) found.emplace_back(one.alert.about, one.change);
  const std::vector<std::pair<std::uint64_t, Change>> expected{
      {40, Change::Gone}, {50, Change::Same}, {120, Change::Gone}, {150, Change::Added}};
  EXPECT_EQ(found, expected);
}

// Each that is gone, or the same, is looked at once: of two months in which a rule cried each minute that is a moment.
TEST(Compare, FindsTheFewThatAreLeftAmongMany) {
  std::vector<AlertRaised> today;
  for (std::int64_t minute = 0; minute < 90'000; ++minute) today.push_back(alert_of(kOffice, 60 * minute, 60 * minute));
  std::vector<AlertRaised> other;
  for (std::size_t i = 1; i < today.size(); i += 2) other.push_back(today[i]);
  std::size_t same = 0;
  std::size_t gone = 0;
  std::uint64_t last = 0;
  for (const Compared& one : compare(today, other)) {
    EXPECT_LE(last, one.alert.about);
    last = one.alert.about;
    same += one.change == Change::Same ? 1 : 0;
    gone += one.change == Change::Gone ? 1 : 0;
  }
  EXPECT_EQ(same, 45'000U);
  EXPECT_EQ(gone, 45'000U);
}

TEST(Compare, OfTheSameAlertsFindsNoDifference) {
  const std::vector<AlertRaised> today{alert_of(kOffice, 0, 20), alert_of(kOffice, 5, 30), alert_of(kOffice, 20, 40)};
  for (const Compared& one : compare(today, today)) EXPECT_EQ(one.change, Change::Same);
}

}  // namespace
}  // namespace tweestap::consumers::detection
