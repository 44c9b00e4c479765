#include "projections/accounts.h"

#include "tests/support/given.h"
#include "tests/support/memory_node.h"

namespace tweestap::tests {
namespace {

using namespace domain;
using projections::kAccountsView;

const Subject kAlex = Subject::of(kAccount);

TEST(Accounts, FoldsAnAccountsStream) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, session_opened({Amr::Password}, kSession, node.now));
  const AccountState state = node.state(kAccount);
  EXPECT_EQ(state.version, 2U);
  EXPECT_EQ(state.password.position, 1U);
  ASSERT_EQ(state.sessions.size(), 1U);
  EXPECT_EQ(state.sessions.front().id, kSession);
}

TEST(Accounts, HasNoRowOfAnAccountThatIsNot) {
  MemoryNode node;
  EXPECT_FALSE(node.moment().account(kAccount)->has_value());
}

TEST(Accounts, RefusesAnEventThatDoesNotFollow) {
  MemoryNode node;
  const Event event{registered()};
  const eventstore::Stored stored{5, 3, kAlex, node.now, event, Anyone{}, CommandId{}, {}, {}, false, false};
  const auto applied = node.views.all().front()->apply(stored, node.rows);
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().kind, platform::Failure::Kind::Damaged);
}

TEST(Accounts, CountsWhoIsEnrolledAndWhoWouldHaveToEnrol) {
  MemoryNode node;
  const auto account = [](std::uint8_t n) { return Subject{{n, 1}}; };
  for (std::uint8_t n = 1; n <= 5; ++n) node.happened(account(n), registered());
  const Time june = kStart + days(90);
  node.happened(account(2), MandatoryFromChanged{june});
  node.happened(account(3), AccountDisabled{"left"});
  node.happened(account(4), enrolment_started(node.now));
  node.happened(account(4), TwoStepEnabled{kEnrolment, Method::Totp, 100, std::nullopt, std::nullopt});
  EXPECT_EQ(*node.moment().totals(), (projections::AccountTotals{5, 1, 1}));
  EXPECT_EQ(*node.moment().would_have_to_enrol(kStart), 2U);  // the first and the fifth
  EXPECT_EQ(*node.moment().would_have_to_enrol(june - Duration{1}), 2U);
  EXPECT_EQ(*node.moment().would_have_to_enrol(june), 3U);  // the second, by its own date

  node.happened(account(3), AccountEnabled{"back"});
  node.happened(account(2), MandatoryFromChanged{std::nullopt});
  EXPECT_EQ(*node.moment().totals(), (projections::AccountTotals{5, 1, 0}));
  EXPECT_EQ(*node.moment().would_have_to_enrol(kStart), 4U);
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

TEST(Accounts, DecodesARowOnceForItsCommandAndItsEvents) {
  MemoryNode node;
  node.happened(kAlex, registered());
  std::string row;
  ASSERT_TRUE(node.rows.get(kAccountsView, "a" + std::string(16, '\xA1'), row));
  EXPECT_NE(node.cache->find(kAlex, row), nullptr);  // as left by the event
  node.submit(log_in(wrong_password()));
  ASSERT_TRUE(node.rows.get(kAccountsView, "a" + std::string(16, '\xA1'), row));
  EXPECT_NE(node.cache->find(kAlex, row), nullptr);
  EXPECT_EQ(node.cache->size(), 1U);
}

TEST(AccountCache, ForgetsWhoWasNotUsedForLongest) {
  projections::AccountCache cache{2};
  const Subject a{{1}};
  const Subject b{{2}};
  const Subject c{{3}};
  cache.put(a, "a", {});
  cache.put(b, "b", {});
  EXPECT_NE(cache.find(a, "a"), nullptr);
  cache.put(c, "c", {});
  EXPECT_EQ(cache.find(b, "b"), nullptr);
  EXPECT_NE(cache.find(a, "a"), nullptr);
  EXPECT_NE(cache.find(c, "c"), nullptr);
  EXPECT_EQ(cache.size(), 2U);
}

// A batch that was given up, or another store's rows: the bytes tell.
TEST(AccountCache, DoesNotGiveAStateOfOtherBytes) {
  projections::AccountCache cache;
  const Subject a{{1}};
  cache.put(a, "one", {});
  EXPECT_EQ(cache.find(a, "two"), nullptr);
  cache.renew(a, "two");
  EXPECT_NE(cache.find(a, "two"), nullptr);
}

// The numbers of the issue: 10^5 logins on one account leave its row under 16 KiB.
TEST(Growth, AHundredThousandLoginsLeaveTheAccountsRowUnder16KiB) {
  MemoryNode node;
  node.happened(kAlex, registered());
  std::size_t largest = 0;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    StartLogin command = log_in(right_password());
    command.session.bytes = {0x51, static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                             static_cast<std::uint8_t>(i >> 16)};
    command.caller = from(Pseudonym{2026, 3, {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)}});
    ASSERT_TRUE(node.submit(std::move(command))->value.has_value());
    if (i % 1000 == 999) {
      std::string row;
      ASSERT_TRUE(node.rows.get(kAccountsView, "a" + std::string(16, '\xA1'), row));
      largest = std::max(largest, row.size());
    }
    node.after(seconds(10));
  }
  EXPECT_LT(largest, 16U * 1024U);
  // Tokens are known until a day after their end, twelve hours after the login: no more than those of 37 hours.
  EXPECT_LE(node.rows.count(projections::kTokensView, 't'), 37U * 360U + 1U);
}

}  // namespace
}  // namespace tweestap::tests
