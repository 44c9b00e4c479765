#include "projections/tokens.h"

#include "tests/support/given.h"
#include "tests/support/memory_node.h"

namespace tweestap::tests {
namespace {

using namespace domain;
using projections::kTokensView;
using projections::TokenKind;
using projections::TokenRow;

TokenId token_of(const SessionId& session) { return TokenId{session.bytes}; }
TokenId token_of(const LoginId& login) { return TokenId{login.bytes}; }

TEST(Tokens, KnowsALoginsTokenAndItsEnd) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, login_started(node.now, kLogin, Awaits::Code, Listener::Staff));
  EXPECT_EQ(*node.moment().token(token_of(kLogin)),
            (TokenRow{TokenKind::Login, kAccount, token_of(kLogin), Listener::Staff, node.now + minutes(10)}));
  EXPECT_FALSE(node.moment().token(kFreshToken)->has_value());
}

TEST(SES_3, AFreshTokenLeadsToTheSessionAndTheOneBeforeIsNoLongerIts) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, session_opened({Amr::Password}, kSession, node.now));
  const Time end = node.now + hours(12);
  node.after(minutes(30));
  node.happened(kAlex, PasswordChanged{kSession, kFreshToken, 1, SecretText{"verifier"}});
  const TokenRow expected{TokenKind::Session, kAccount, token_of(kSession), Listener::Public, end};
  EXPECT_EQ(*node.moment().token(kFreshToken), expected);
  EXPECT_EQ(*node.moment().token(token_of(kSession)), expected);  // known, so that "over" can be told from "unknown"
  const AccountState state = node.state(kAccount);
  EXPECT_EQ(state.sessions.front().token, kFreshToken);
  EXPECT_EQ(live_session(state, {kSession, token_of(kSession), Listener::Public}, node.now), nullptr);
  EXPECT_NE(live_session(state, {kSession, kFreshToken, Listener::Public}, node.now), nullptr);
}

TEST(SES_3, EveryEventThatRaisesAssuranceHandsOutAFreshToken) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, session_opened({Amr::Password}, kSession, node.now));
  const auto token = [](std::uint8_t n) { return TokenId{{0x70, n}}; };
  node.happened(kAlex, enrolment_started(node.now));
  node.happened(kAlex, TwoStepEnabled{kEnrolment, Method::Totp, 100, kSession, token(1)});
  node.happened(kAlex, SessionSteppedUp{kSession, token(2), Amr::Otp, 101});
  node.happened(kAlex, enrolment_started(node.now, kOtherEnrolment));
  node.happened(kAlex, TwoStepMethodChanged{kOtherEnrolment, Method::Totp, 102, kSession, token(3)});
  for (std::uint8_t n = 1; n <= 3; ++n) {
    ASSERT_TRUE(node.moment().token(token(n))->has_value()) << int{n};
    EXPECT_EQ((*node.moment().token(token(n)))->session(), kSession);
  }
  EXPECT_EQ(node.state(kAccount).sessions.front().token, token(3));
}

TEST(DEV_1, EveryTokenOfADeviceIsKnownUntilItsEndAndADay) {
  MemoryNode node;
  node.happened(kAlex, registered());
  constexpr DeviceId kDevice{id_bytes<0xD1>()};
  const Time until = node.now + days(7);
  const auto token = [](std::uint8_t n) { return TokenId{{0xDD, n}}; };
  node.happened(kAlex, DeviceRemembered{kDevice, kSession, token(0), until, std::nullopt, std::nullopt});
  node.happened(kAlex, DeviceUsed{kDevice, token(0), token(1)});
  node.happened(kAlex, DeviceUsed{kDevice, token(0), token(2)});  // a retry
  node.happened(kAlex, DeviceUsed{kDevice, token(2), token(3)});
  node.now = until + hours(23);
  node.happened(kAlex, SessionUsed{kSession});
  constexpr std::uint32_t kGenerations[]{0, 1, 1, 2};
  for (std::uint8_t n = 0; n < 4; ++n) {
    EXPECT_EQ(*node.moment().token(token(n)), (TokenRow{TokenKind::Device, kAccount, TokenId{kDevice.bytes},
                                                        Listener::Public, until, kGenerations[n]}));
  }
  node.now = until + hours(25);
  node.happened(kAlex, SessionUsed{kSession});
  EXPECT_EQ(node.rows.count(kTokensView, 't'), 0U);
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

TEST(Tokens, StaysKnownForADayAfterItsEnd) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, login_started(node.now));
  const Time end = node.now + minutes(10);
  node.now = end + hours(24) - Duration{1};
  node.happened(kAlex, SessionUsed{kSession});
  EXPECT_TRUE(node.moment().token(token_of(kLogin))->has_value());
  node.now = end + hours(25);  // the index rounds up to the hour
  node.happened(kAlex, SessionUsed{kSession});
  EXPECT_FALSE(node.moment().token(token_of(kLogin))->has_value());
  EXPECT_EQ(node.rows.count(kTokensView, 'x'), 0U);
}

TEST(Tokens, SweepsAtMostFourRowsAnEvent) {
  MemoryNode node;
  node.happened(kAlex, registered());
  for (std::uint8_t n = 0; n < 10; ++n) node.happened(kAlex, login_started(node.now, LoginId{{n, 9}}));
  node.after(days(3));
  for (const std::size_t left : {6U, 2U, 0U, 0U}) {
    node.happened(kAlex, SessionUsed{kSession});
    EXPECT_EQ(node.rows.count(kTokensView, 't'), left);
    EXPECT_EQ(node.rows.count(kTokensView, 'x'), left);
  }
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

// A search for what is due costs more than all else that an event does.
TEST(Tokens, DoesNotLookForWhatIsDueWhereNothingCanBe) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, login_started(node.now));
  const std::size_t before = node.rows.searches;
  for (std::uint8_t n = 0; n < 100; ++n) node.happened(kAlex, login_started(node.now, LoginId{{n, 9}}));
  EXPECT_EQ(node.rows.searches, before);
}

// Another process, or another object of this one, may have changed the rows in between.
TEST(Tokens, LooksAgainAfterEventsThatItDidNotSee) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, login_started(node.now));
  projections::TokensView other;
  node.after(days(3));
  const Event event{SessionUsed{kSession}};
  const eventstore::Stored stored{9, 9, kAlex, node.now, event, Anyone{}, CommandId{}, {}, {}, false, false};
  ASSERT_TRUE(other.apply(stored, node.rows).has_value());
  EXPECT_EQ(node.rows.count(kTokensView, 't'), 0U);
}

// A rebuild of a log larger than its memory goes on in the rows.
TEST(Tokens, ARebuildThatKeepsTooManyRowsGoesOnInTheRows) {
  using projections::TokenKey;
  const auto key = [](std::uint8_t n) { return TokenKey{TokenId{{n}}}; };
  projections::ExpiringRows<TokenKey, TokenRow> live{kTokensView, "tokens", 'x', projections::Keeping::InRows};
  projections::ExpiringRows<TokenKey, TokenRow> kept{kTokensView, "tokens", 'x', projections::Keeping::UntilTheEnd, 5};
  MemoryRows of_live;
  MemoryRows of_kept;
  Time now = kStart;
  for (std::uint8_t n = 0; n < 40; ++n) {
    const auto step = [&](auto& tokens, MemoryRows& rows) {
      tokens.sweep(rows, n + 1U, now);
      tokens.put(rows, key(n), std::nullopt, {TokenKind::Login, kAccount, TokenId{{n}}, Listener::Public, now});
      if (n % 4 == 3) tokens.erase(rows, key(n), now);
    };
    step(live, of_live);
    step(kept, of_kept);
    now = now + hours(n < 10 ? 1 : 5);
  }
  EXPECT_EQ(of_live.map, of_kept.map);  // it had to give up keeping
  kept.finish(of_kept);
  EXPECT_EQ(of_live.map, of_kept.map);
}

TEST(Tokens, SaysDamagedWhereARenewedSessionsTokenIsMissing) {
  MemoryNode node;
  projections::TokensView view;
  const Event event{SessionSteppedUp{kSession, kFreshToken, Amr::Otp, 101}};
  const eventstore::Stored stored{1, 1, kAlex, node.now, event, Anyone{}, CommandId{}, {}, {}, false, false};
  const auto applied = view.apply(stored, node.rows);
  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().kind, platform::Failure::Kind::Damaged);
}

}  // namespace
}  // namespace tweestap::tests
