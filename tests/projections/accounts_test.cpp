#include "projections/accounts.h"

#include "tests/support/given.h"
#include "tests/support/memory_node.h"

namespace tweestap::tests {
namespace {

using namespace domain;
using projections::kAccountsView;

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

// A date that nobody has any more has no row, so there are never more rows than accounts that wait.
TEST(Growth, TheCountsByDateAreNoMoreThanTheAccountsThatWait) {
  MemoryNode node;
  node.happened(kAlex, registered());
  for (int n = 1; n <= 500; ++n) {
    node.happened(kAlex, MandatoryFromChanged{kStart + hours(n)});
    EXPECT_EQ(node.rows.count(kAccountsView, 'w'), 1U);
  }
  EXPECT_EQ(*node.moment().would_have_to_enrol(kStart + hours(500) - Duration{1}), 0U);
  EXPECT_EQ(*node.moment().would_have_to_enrol(kStart + hours(500)), 1U);
  node.happened(kAlex, AccountDisabled{"left"});
  EXPECT_EQ(node.rows.count(kAccountsView, 'w'), 0U);
  node.happened(kAlex, AccountEnabled{"back"});
  EXPECT_EQ(node.rows.count(kAccountsView, 'w'), 1U);
  node.happened(kAlex, enrolment_started(node.now));
  node.happened(kAlex, TwoStepEnabled{kEnrolment, Method::Totp, 100, std::nullopt, std::nullopt});
  EXPECT_EQ(node.rows.count(kAccountsView, 'w'), 0U);
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

// Every list of the row is full.
TEST(Growth, AnAccountWithEveryListFullStaysUnder16KiB) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, enrolment_started(node.now));
  node.happened(kAlex, EnrolmentPhoneChanged{kEnrolment, kHash, "NL", "+31612345678"});
  node.happened(kAlex, TwoStepEnabled{kEnrolment, Method::Sms, std::nullopt, std::nullopt, std::nullopt});
  const auto n_th = []<class Id>(Id, std::uint8_t kind, std::size_t n) {
    return Id{{0xF0, kind, static_cast<std::uint8_t>(n), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}};
  };
  const auto network = [](std::size_t n) { return Pseudonym{2026, 3, {static_cast<std::uint8_t>(n), 9, 9, 9}}; };
  const auto code_of_sms = [&](SmsPurpose purpose, std::size_t n) {
    SmsCodeIssued issued;
    issued.challenge = n_th(ChallengeId{}, 7, n);
    issued.purpose = purpose;
    issued.key = 20'000;
    issued.number_hash = kHash;
    issued.expires_at = node.now + minutes(10);
    return issued;
  };
  for (std::size_t n = 0; n < kKnownNetworksMax + kSessionsMax; ++n) {
    LoginCompleted completed = session_opened({Amr::Password}, n_th(SessionId{}, 1, n), node.now);
    completed.network = network(n);
    completed.device = n_th(DeviceId{}, 2, n);
    node.happened(kAlex, completed);
    if (n < kKnownNetworksMax) node.happened(kAlex, SessionEnded{completed.session, EndReason::Limit});
    node.happened(kAlex, SessionSteppedUp{completed.session, n_th(TokenId{}, 3, n), Amr::Sms, std::nullopt});
    SmsCodeIssued issued = code_of_sms(SmsPurpose::StepUp, n);
    issued.session = completed.session;
    node.happened(kAlex, issued);
  }
  for (std::size_t n = 0; n < kRecoveryNetworksMax; ++n) {
    node.happened(kAlex, RecoveryCodeRejected{std::nullopt, std::nullopt, 9, network(n), std::nullopt});
  }
  for (std::size_t n = 0; n < kLoginsMax; ++n) {
    node.happened(kAlex, login_started(node.now, n_th(LoginId{}, 4, n)));
    SmsCodeIssued issued = code_of_sms(SmsPurpose::Login, n);
    issued.login = n_th(LoginId{}, 4, n);
    node.happened(kAlex, issued);
  }
  for (std::size_t n = 0; n < kDevicesMax; ++n) {
    const auto device = n_th(DeviceId{}, 2, n);
    node.happened(kAlex, DeviceRemembered{device, n_th(SessionId{}, 1, n), n_th(TokenId{}, 5, n), node.now + days(7),
                                          std::nullopt, "Firefox on Linux"});
    node.happened(kAlex, DeviceUsed{device, n_th(TokenId{}, 5, n), n_th(TokenId{}, 6, n)});
  }
  for (std::size_t n = 0; n < kAppDevicesMax; ++n) {
    node.happened(kAlex, AppDeviceBound{n_th(AppDeviceId{}, 8, n), kSession, "phone", SecretText{"keys"}});
  }
  for (std::size_t n = 0; n < kEndedEnrolmentsMax + 1; ++n) {
    node.happened(kAlex, enrolment_started(node.now, n_th(EnrolmentId{}, 9, n)));
  }
  const AccountState state = node.state(kAccount);
  EXPECT_EQ(state.devices.size(), kDevicesMax);
  EXPECT_EQ(state.sessions.size(), kSessionsMax);
  EXPECT_EQ(state.logins.size(), kLoginsMax);
  EXPECT_EQ(state.known_networks.size(), kKnownNetworksMax);
  std::string row;
  ASSERT_TRUE(node.rows.get(kAccountsView, "a" + std::string(16, '\xA1'), row));
  EXPECT_LT(row.size(), 16U * 1024U);
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

}  // namespace
}  // namespace tweestap::tests
