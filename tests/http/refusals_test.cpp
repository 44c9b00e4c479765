// What refusals sound like, and what tokens and codes look like.
#include "http/refusals.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "http/authenticate.h"
#include "http/evidence.h"
#include "http/tokens.h"
#include "platform/crypto/random.h"

namespace tweestap::http {
namespace {

using domain::Refusal;

TEST(Refusals, EachHasItsProblem) {
  const std::map<Refusal, ProblemCode> expected{
      {Refusal::Stale, ProblemCode::Unavailable},
      {Refusal::CredentialsRejected, ProblemCode::CredentialsRejected},
      {Refusal::CodeRejected, ProblemCode::CodeRejected},
      {Refusal::Throttled, ProblemCode::TooManyRequests},
      {Refusal::Locked, ProblemCode::Locked},
      {Refusal::TokenOver, ProblemCode::TokenExpired},
      {Refusal::WrongState, ProblemCode::SessionRequired},
      {Refusal::Forbidden, ProblemCode::Forbidden},
      {Refusal::StaffListener, ProblemCode::Forbidden},
      {Refusal::NeedsAnotherPerson, ProblemCode::Forbidden},
      {Refusal::ResetOver, ProblemCode::Forbidden},
      {Refusal::StepUpNeeded, ProblemCode::StepUpRequired},
      {Refusal::NotFound, ProblemCode::NotFound},
      {Refusal::NotOpen, ProblemCode::StateConflict},
      {Refusal::NotEnrolled, ProblemCode::StateConflict},
      {Refusal::NoRecoveryCodes, ProblemCode::StateConflict},
      {Refusal::AlreadyEnrolled, ProblemCode::StateConflict},
      {Refusal::Mandatory, ProblemCode::StateConflict},
      {Refusal::NothingLocked, ProblemCode::StateConflict},
      {Refusal::IdentifierTaken, ProblemCode::StateConflict},
      {Refusal::MethodNotAllowed, ProblemCode::StateConflict},
      {Refusal::SmsOff, ProblemCode::StateConflict},
      {Refusal::CodesByApp, ProblemCode::StateConflict},
      {Refusal::CountryNotAllowed, ProblemCode::InvalidPhone},
      {Refusal::CodeSpent, ProblemCode::StateConflict},
      {Refusal::NothingChanges, ProblemCode::StateConflict},
      {Refusal::DurationNotAllowed, ProblemCode::InvalidDuration},
      {Refusal::TooManyKeys, ProblemCode::StateConflict},
  };
  const Texts texts = Texts::load().value();
  // Every enumerator, from the first to the last: the map says when one is missing.
  for (int i = 0; i <= static_cast<int>(Refusal::TooManyKeys); ++i) {
    const auto refusal = static_cast<Refusal>(i);
    ASSERT_TRUE(expected.contains(refusal)) << i;
    const Problem problem = problem_of(domain::Refused{refusal, {}, false}, domain::Time{});
    EXPECT_EQ(problem.code, expected.at(refusal)) << i;
    // Its detail is in every catalogue.
    for (std::uint8_t language = 0; language < texts.languages(); ++language) {
      EXPECT_EQ(problem_response(texts, Language{language}, problem).status, problem_info(problem.code).status);
    }
  }
  EXPECT_EQ(expected.size(), static_cast<std::size_t>(Refusal::TooManyKeys) + 1);
}

TEST(Refusals, RoundTheWaitUp) {
  const domain::Time now{1'000'000'000};
  const auto wait = [&](std::int64_t us) {
    return problem_of(domain::Refused{Refusal::Throttled, now + domain::Duration{us}, false}, now).retry_after_s;
  };
  EXPECT_EQ(wait(1), 1U);
  EXPECT_EQ(wait(1'000'000), 1U);
  EXPECT_EQ(wait(1'000'001), 2U);
  EXPECT_EQ(wait(-5), 1U);
}

TEST(Refusals, SayWhenALockOpensOrThatNoTimeDoes) {
  const domain::Time until{domain::days(1).us};
  const Problem timed = problem_of(domain::Refused{Refusal::Locked, until, false}, domain::Time{});
  EXPECT_EQ(timed.locked_until, "1970-01-02T00:00:00Z");
  EXPECT_FALSE(timed.locked);
  const Problem for_good = problem_of(domain::Refused{Refusal::Locked, {}, true}, domain::Time{});
  EXPECT_FALSE(for_good.locked_until);
  EXPECT_TRUE(for_good.locked);
}

TEST(SES_1, ARouteTakesTheCallersOfItsRowAlone) {
  const auto account = std::make_shared<domain::AccountState>();
  Caller code_login;
  code_login.who = LoginCaller{};
  Caller enrolling;
  enrolling.who = LoginCaller{.account = {}, .login = {}, .enrols = true};
  Caller session;
  session.who = SessionCaller{};
  session.account = account;
  const auto key = [](domain::KeyRole role) {
    Caller caller;
    caller.who = KeyCaller{.api_key = {}, .role = role};
    return caller;
  };
  constexpr auto kStaff = ListenerKind::Staff;
  constexpr Who kForCode{Principal::LoginCodeRequired};
  constexpr Who kForEnrolment{Principal::LoginEnrolmentRequired, Principal::Session};
  constexpr Who kForHelpdesk{Principal::StaffHelpdesk, Principal::KeyHelpdesk};
  constexpr Who kForAdmin{Principal::StaffAdmin, Principal::KeyAdmin};
  constexpr Who kForAuditor{Principal::StaffAuditor, Principal::KeyAuditor};
  EXPECT_EQ(takes(kForCode, code_login, kStaff), Taken::Yes);
  EXPECT_EQ(takes(kForCode, enrolling, kStaff), Taken::WrongKind);
  EXPECT_EQ(takes(kForCode, session, kStaff), Taken::WrongKind);
  EXPECT_EQ(takes(kForEnrolment, enrolling, kStaff), Taken::Yes);
  EXPECT_EQ(takes(kForEnrolment, code_login, kStaff), Taken::WrongKind);
  EXPECT_EQ(takes(kForEnrolment, session, kStaff), Taken::Yes);
  EXPECT_EQ(takes(kForEnrolment, key(domain::KeyRole::Admin), kStaff), Taken::WrongKind);
  EXPECT_EQ(takes(kForHelpdesk, session, kStaff), Taken::NotAllowed) << "a session without the role";
  EXPECT_EQ(takes(kForHelpdesk, session, ListenerKind::Public), Taken::WrongKind);
  EXPECT_EQ(takes(kForHelpdesk, code_login, kStaff), Taken::WrongKind);
  account->profile.roles = {domain::Role::Admin};
  EXPECT_EQ(takes(kForHelpdesk, session, kStaff), Taken::Yes) << "admin may do what helpdesk may";
  EXPECT_EQ(takes(kForAuditor, session, kStaff), Taken::NotAllowed) << "an admin reads no audit";
  account->profile.roles = {domain::Role::Helpdesk};
  EXPECT_EQ(takes(kForAdmin, session, kStaff), Taken::NotAllowed);
  EXPECT_EQ(takes(kForHelpdesk, key(domain::KeyRole::Admin), kStaff), Taken::Yes);
  EXPECT_EQ(takes(kForAdmin, key(domain::KeyRole::Helpdesk), kStaff), Taken::NotAllowed);
  EXPECT_EQ(takes(kForAuditor, key(domain::KeyRole::Admin), kStaff), Taken::NotAllowed);
  EXPECT_EQ(takes(kForAuditor, key(domain::KeyRole::Stream), kStaff), Taken::NotAllowed);
  EXPECT_EQ(takes(kForAdmin, Caller{}, kStaff), Taken::WrongKind);
}

TEST(Tokens, Have256BitsBehindAPrefix) {
  platform::SystemRandom random;
  std::set<domain::TokenId> seen;
  for (const TokenKind kind : {TokenKind::Login, TokenKind::Session, TokenKind::Device, TokenKind::ApiKey}) {
    const auto token = draw_token(random, kind);
    ASSERT_TRUE(token);
    const std::string text{token->text.reveal_text()};
    EXPECT_EQ(text.size(), 47U);
    EXPECT_EQ(token_kind(text), kind);
    EXPECT_EQ(token_id(text), token->id);
    seen.insert(token->id);
    EXPECT_FALSE(token_kind(text.substr(1)));
    EXPECT_FALSE(token_kind(text + "A"));
    EXPECT_FALSE(token_kind("xxx_" + text.substr(4)));
    EXPECT_FALSE(token_kind(text.substr(0, 46) + "+"));
  }
  EXPECT_EQ(seen.size(), 4U);
}

TEST(RecoveryCodes, AreReadInAnyCaseWithDashesAndSpaces) {
  const auto canonical = [](std::string_view text) {
    const auto code = canonical_recovery_code(text);
    return code ? std::string{code->reveal_text()} : std::string{"none"};
  };
  for (const char* typed : {"ABCD-EFGH-2345", "abcdefgh2345", " ab cd-ef-gh 23 45 ", "----ABCDEFGH2345"}) {
    EXPECT_EQ(canonical(typed), "ABCDEFGH2345") << typed;
  }
  for (const char* typed :
       {"", "ABCD-EFGH-234", "ABCD-EFGH-23456", "IBCD-EFGH-2345", "OBCD-EFGH-2345", "0BCD-EFGH-2345", "1BCD-EFGH-2345",
        "ABCD_EFGH_2345", "ABCD\tEFGH2345", "\uff21BCDEFGH2345"}) {
    EXPECT_EQ(canonical(typed), "none") << typed;
  }
}

}  // namespace
}  // namespace tweestap::http
