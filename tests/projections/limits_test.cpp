#include "projections/limits.h"

#include "tests/support/given.h"
#include "tests/support/memory_node.h"

namespace tweestap::tests {
namespace {

using namespace domain;
using projections::kLimitsView;
using projections::Limit;
using projections::Trier;
using projections::Whose;

PasswordRejected wrong(std::optional<Pseudonym> network = kHome, Listener listener = Listener::Public) {
  return {listener, PasswordReason::Wrong, std::nullopt, std::nullopt, network, std::nullopt};
}
PasswordRejected unknown(std::optional<Pseudonym> network = kHome) {
  return {Listener::Public, PasswordReason::UnknownIdentifier, kHash, std::nullopt, network, std::nullopt};
}
LoginRefused refused(LoginRefusal reason, std::optional<Time> until = std::nullopt) {
  return {Listener::Public, reason, std::nullopt, std::nullopt, until, 0, kHome, std::nullopt};
}
ThrottleCounts counts(MemoryNode& node, const Whose& whose = kAccount, std::optional<Pseudonym> network = kHome,
                      std::optional<Pseudonym> last_month = std::nullopt, Listener listener = Listener::Public) {
  return *projections::read_counts(node.rows, Trier{listener, whose, network, last_month}, node.now);
}

TEST(Limit, CountsTheMinutesOfAnHour) {
  Limit limit;
  const Time start{1'774'000'000'000'000 / minutes(1).us * minutes(1).us};
  limit.count(start);
  limit.count(start + seconds(59));
  limit.count(start + seconds(60));
  struct Row {
    Duration later;
    std::uint32_t failures;
  };
  for (const Row& row : {Row{seconds(60), 3}, Row{Duration{minutes(60).us - 1}, 3}, Row{minutes(60), 1},
                         Row{Duration{minutes(61).us - 1}, 1}, Row{minutes(61), 0}, Row{days(9), 0}}) {
    EXPECT_EQ(limit.at(start + row.later).failures, row.failures) << row.later.us;
  }
  EXPECT_EQ(limit.at(start + seconds(60)).last_at, start + seconds(60));
}

TEST(Limit, KnowsFromWhenFewerAreCounted) {
  const Time start{1'774'000'000'000'000 / minutes(1).us * minutes(1).us};
  Limit limit;
  limit.count(start + seconds(3));
  for (int i = 0; i < 3; ++i) limit.count(start + minutes(10));
  for (int i = 0; i < 2; ++i) limit.count(start + minutes(20));
  struct Row {
    std::uint32_t wanted;
    Duration later;
  };
  const Time now = start + minutes(30);
  for (const Row& row :
       {Row{6, minutes(60)}, Row{5, minutes(70)}, Row{3, minutes(70)}, Row{2, minutes(80)}, Row{1, minutes(80)}}) {
    const Time from = limit.below(row.wanted, now);
    EXPECT_EQ(from, start + row.later) << row.wanted;
    EXPECT_LT(limit.at(from).failures, row.wanted);
    EXPECT_GE(limit.at(Time{from.us - 1}).failures, row.wanted);
  }
  EXPECT_EQ(limit.below(7, now), now) << "there are fewer";
  EXPECT_EQ(limit.below(6, start + minutes(60)), start + minutes(60)) << "the first one has gone already";
  EXPECT_EQ(limit.below(5, start + minutes(60)), start + minutes(70));
  EXPECT_EQ(Limit{}.below(1, now), now);
}

TEST(Limit, StaysSmallHoweverManyFailures) {
  Limit limit;
  for (int i = 0; i < 100'000; ++i) limit.count(kStart + seconds(i));
  EXPECT_EQ(limit.minutes.size(), 60U);
  EXPECT_EQ(limit.at(kStart + seconds(99'999)).failures, 3600U - 60U + (99'999 + kStart.us / 1'000'000) % 60 + 1U);
}

TEST(THR_2, AFailureCountsForIdentifierAndNetworkForIdentifierAndForNetwork) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, wrong());
  node.happened(kAlex, wrong(kElsewhere));
  const ThrottleCounts home = counts(node);
  EXPECT_EQ(home.here.failures, 1U);
  EXPECT_EQ(home.anywhere.failures, 2U);
  EXPECT_EQ(home.network.failures, 1U);
  EXPECT_EQ(home.here.last_at, node.now);
  const ThrottleCounts staff = counts(node, kAccount, kHome, std::nullopt, Listener::Staff);
  EXPECT_EQ(staff.here.failures + staff.anywhere.failures + staff.network.failures, 0U);
}

TEST(THR_2, ANetworkCountsWhateverTheIdentifier) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, wrong());
  node.happened(kVisitor, unknown());
  EXPECT_EQ(counts(node).network.failures, 2U);
  EXPECT_EQ(counts(node).here.failures, 1U);
  EXPECT_EQ(counts(node, kHash).here.failures, 1U);
  EXPECT_EQ(counts(node, kHash).anywhere.failures, 1U);
}

TEST(THR_2, WithoutANetworkOnlyTheIdentifierCounts) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, wrong(std::nullopt));
  EXPECT_EQ(counts(node, kAccount, std::nullopt).here.failures, 1U);
  EXPECT_EQ(counts(node).here.failures, 0U);
  EXPECT_EQ(counts(node).anywhere.failures, 1U);
  EXPECT_EQ(node.rows.count(kLimitsView, 'n'), 0U);
}

TEST(THR_2, CountsHoldAcrossTheTurnOfAMonth) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, wrong(Pseudonym{2026, 2, {1}}));
  node.happened(kAlex, wrong());
  const ThrottleCounts both = counts(node, kAccount, kHome, Pseudonym{2026, 2, {1}});
  EXPECT_EQ(both.here.failures, 2U);
  EXPECT_EQ(both.network.failures, 2U);
  EXPECT_EQ(both.anywhere.failures, 2U);
}

TEST(THR_2, ASuccessClearsTheIdentifiersCountFromItsNetworkAndNeverTheNetworks) {
  for (const bool second_step : {false, true}) {
    MemoryNode node;
    node.happened(kAlex, registered());
    for (int i = 0; i < 4; ++i) node.happened(kAlex, wrong());
    node.happened(kAlex, wrong(kElsewhere));
    if (second_step) {
      LoginStarted started = login_started(node.now);
      started.network = kHome;
      node.happened(kAlex, started);
    } else {
      LoginCompleted completed = session_opened({Amr::Password}, kSession, node.now);
      completed.network = kHome;
      node.happened(kAlex, completed);
    }
    EXPECT_EQ(counts(node).here.failures, 0U);
    EXPECT_EQ(counts(node).network.failures, 4U);
    EXPECT_EQ(counts(node).anywhere.failures, 5U);
    EXPECT_EQ(counts(node, kAccount, kElsewhere).here.failures, 1U);
    EXPECT_EQ(node.rows.map, node.rebuilt());
  }
}

TEST(ENU_1, DisabledAndNotStaffCountLikeAWrongPassword) {
  for (const LoginRefusal reason : {LoginRefusal::Disabled, LoginRefusal::NotStaff}) {
    MemoryNode node;
    node.happened(kAlex, registered());
    node.happened(kAlex, refused(reason));
    EXPECT_EQ(counts(node).here.failures, 1U);
    EXPECT_EQ(counts(node).anywhere.failures, 1U);
    EXPECT_EQ(counts(node).network.failures, 1U);
  }
  for (const LoginRefusal reason : {LoginRefusal::ResetOver, LoginRefusal::Locked}) {
    MemoryNode node;
    node.happened(kAlex, registered());
    node.happened(kAlex, refused(reason));
    EXPECT_EQ(counts(node).anywhere.failures, 0U);
  }
}

TEST(THR_6, AWaitingIntervalIsNotedWhereItsCountIs) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, wrong(kElsewhere));
  node.after(Duration{1'500'000});
  node.happened(kAlex, wrong());
  const Time until = node.now + seconds(4);
  node.happened(kAlex, refused(LoginRefusal::Throttled, until));
  EXPECT_EQ(counts(node).here.refused_until, until);
  // The same failure is the identifier's last one: another network's intervals still have their own events.
  EXPECT_EQ(counts(node, kAccount, kElsewhere).here.refused_until, Time{});
  EXPECT_EQ(counts(node, kAccount, kElsewhere).anywhere.refused_until, Time{});

  // Elsewhere, the identifier's own count made the wait.
  LoginRefused elsewhere = refused(LoginRefusal::Throttled, until);
  elsewhere.network = kElsewhere;
  node.happened(kAlex, elsewhere);
  EXPECT_EQ(counts(node, kAccount, kElsewhere).anywhere.refused_until, until);
  EXPECT_EQ(counts(node, kAccount, kElsewhere).here.refused_until, until);
  EXPECT_EQ(counts(node).here.failures, 1U);  // waiting is no failure
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

TEST(Limits, AreSweptADayAfterTheyMeanNothing) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, wrong());
  EXPECT_EQ(node.rows.count(kLimitsView, 'x'), 3U);
  node.after(hours(1));
  node.happened(kAlex, wrong());
  EXPECT_EQ(node.rows.count(kLimitsView, 'x'), 3U);  // moved, not added
  node.after(hours(24));
  node.happened(kAlex, SessionUsed{kSession});
  EXPECT_EQ(node.rows.count(kLimitsView, 'h'), 1U);
  node.after(hours(3));
  node.happened(kAlex, SessionUsed{kSession});
  EXPECT_EQ(node.rows.count(kLimitsView, 'h') + node.rows.count(kLimitsView, 'a') + node.rows.count(kLimitsView, 'n') +
                node.rows.count(kLimitsView, 'x'),
            0U);
}

TEST(UnstoredFailures, AreAddedToWhatTheRowsSay) {
  projections::UnstoredFailures unstored;
  const Trier trier{Listener::Public, kHash, kHome, std::nullopt};
  unstored.count(trier, kStart);
  unstored.count(trier, kStart + seconds(1));
  ThrottleCounts counts;
  counts.here = {3, kStart, {}};
  unstored.add_to(counts, trier, kStart + seconds(2));
  EXPECT_EQ(counts.here.failures, 5U);
  EXPECT_EQ(counts.here.last_at, kStart + seconds(1));
  EXPECT_EQ(counts.anywhere.failures, 2U);
  EXPECT_EQ(counts.network.failures, 2U);
  EXPECT_EQ(unstored.unstored(), 2U);
  ThrottleCounts others;
  unstored.add_to(others, {Listener::Staff, kHash, kHome, std::nullopt}, kStart);
  EXPECT_EQ(others.network.failures, 0U);
}

TEST(UnstoredFailures, KeepsNoMoreKeysThanItsBound) {
  projections::UnstoredFailures unstored{10};
  const auto trier = [](std::uint8_t n) { return Trier{Listener::Public, LookupHash{{n}}, kHome, std::nullopt}; };
  for (std::uint8_t n = 0; n < 100; ++n) unstored.suppress(trier(n));
  EXPECT_EQ(unstored.suppressed(trier(89)), 0U);
  EXPECT_EQ(unstored.suppressed(trier(90)), 1U);
  EXPECT_EQ(unstored.suppressed(trier(99)), 1U);
}

}  // namespace
}  // namespace tweestap::tests
