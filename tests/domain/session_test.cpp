#include "domain/account/account.h"
#include "domain/policy/policy.h"
#include "domain/recovery/recovery.h"
#include "domain/sessions/sessions.h"
#include "tests/support/given.h"

namespace tweestap::tests {
namespace {

using namespace domain;

Given in_session() {
  Given account = enrolled();
  account.happened(session_opened({Amr::Password, Amr::Otp}));
  return account;
}

StepUpByCode step_up(TotpEvidence code) { return {kAccount, session_ref(), from(kHome), kFreshToken, code}; }

RegenerateRecoveryCodes regenerate(std::optional<PasswordEvidence> password = right_password()) {
  return {kAccount, session_ref(), from(kHome), std::move(password), NewRecoverySet{SecretText{"new"}, 2}};
}

ChangePassword change_password(std::optional<PasswordEvidence> password = right_password()) {
  return {kAccount,    session_ref(),       from(kHome),
          kFreshToken, std::move(password), NewVerifier{SecretText{"new verifier"}, 2}};
}

TEST(Session, EndsAtItsAbsoluteEndAndWhenIdle) {
  Given idle{registered(), session_opened()};
  idle.after(Duration{hours(1).us - 1});
  EXPECT_NE(live_session(idle.state(), session_ref(), idle.now()), nullptr);
  idle.after(Duration{1});
  EXPECT_EQ(live_session(idle.state(), session_ref(), idle.now()), nullptr);

  Given busy{registered(), session_opened()};
  for (int i = 0; i < 23; ++i) {
    busy.after(minutes(30));
    busy.does(TouchSession{kAccount, session_ref()}).accepted();
  }
  busy.after(Duration{minutes(30).us - 1});
  EXPECT_NE(live_session(busy.state(), session_ref(), busy.now()), nullptr);
  busy.after(Duration{1});
  EXPECT_EQ(live_session(busy.state(), session_ref(), busy.now()), nullptr);
}

TEST(Session, IsNotKnownAtTheOtherDoor) {
  Given account{registered(), session_opened()};
  EXPECT_EQ(live_session(account.state(), session_ref(Listener::Staff), account.now()), nullptr);
}

TEST(TouchSession, TellsTheLogEveryTenMinutes) {
  Given account{registered(), session_opened()};
  account.after(Duration{minutes(10).us - 1});
  account.when(TouchSession{kAccount, session_ref()}).then().accepted();
  account.after(Duration{1});
  account.when(TouchSession{kAccount, session_ref()}).then(SessionUsed{kSession}).accepted();
}

TEST(StepUp, MakesTheSessionFreshWithAnotherTokenAndTheSameEnd) {
  Given account = in_session();
  account.after(minutes(30));
  const Time end = account.state().sessions[0].expires_at;
  auto then = account.does(step_up(code_of(101)));
  then.then(SessionSteppedUp{kSession, kFreshToken, Amr::Otp, 101}).accepted();
  EXPECT_EQ(then.answer<SessionAnswer>().expires_at, end);
  EXPECT_EQ(then.answer<SessionAnswer>().stepped_up_at, account.now());
  EXPECT_EQ(live_session(account.state(), session_ref(), account.now()), nullptr);
  EXPECT_TRUE(is_fresh(account.state(), account.state().sessions[0], account.rules, account.now()));
}

TEST(StepUp, OTP_3_SpendsTheStepForLoginsToo) {
  Given account = in_session();
  account.does(step_up(code_of(101))).accepted();
  account.happened(login_started());
  account.when(submit(code_of(101))).refused(Refusal::CodeRejected);
}

TEST(StepUp, OTP_6_CountsWithLogins) {
  Given account = in_session();
  account.happened(login_started()).happened(CodeRejected{kLogin, Method::Totp, CodeReason::Wrong, 9, {}, {}});
  account.does(step_up(wrong_code()))
      .then(StepUpRejected{kSession, Method::Totp, CodeReason::Wrong, 10, kHome, {}},
            SecondStepLocked{10, kStart + minutes(15), std::nullopt, kSession})
      .refused(Refusal::CodeRejected);
  account.when(submit(code_of(101))).refused(Refusal::Locked);
  account.when(step_up(code_of(101))).then().refused(Refusal::Locked);
}

TEST(StepUp, TakesARecoveryCodeWhileLocked) {
  Given account = in_session();
  account.happened(SecondStepLocked{10, kStart + minutes(15), {}, {}});
  const StepUpByRecoveryCode command{kAccount, session_ref(), from(kHome), kFreshToken,
                                     RecoveryEvidence{kSetPosition, 2}};
  account.does(command)
      .then(RecoveryCodeUsed{kSetPosition, 2, 5, std::nullopt, kSession},
            SecondStepUnlocked{UnlockedBy::RecoveryCode, std::nullopt},
            SessionSteppedUp{kSession, kFreshToken, Amr::Recovery, std::nullopt})
      .accepted();
}

TEST(EndSession, EndsOneOrAll) {
  Given account{registered(), session_opened(), session_opened({Amr::Password}, kOtherSession)};
  account.when(EndSession{kAccount, session_ref(), false}).then(SessionEnded{kSession, EndReason::Left}).accepted();
  account.does(EndSession{kAccount, session_ref(), true})
      .then(SessionEnded{kSession, EndReason::Left}, SessionEnded{kOtherSession, EndReason::Left});
  EXPECT_TRUE(account.state().sessions.empty());
}

TEST(LoginCompleted, AFiftyFirstSessionEndsTheOldest) {
  Given account{registered()};
  for (std::uint8_t i = 0; i < kSessionsMax; ++i) {
    SessionId id;
    id.bytes[1] = static_cast<std::uint8_t>(i + 1);
    account.happened(session_opened({Amr::Password}, id));
  }
  auto then = account.does(log_in(right_password()));
  EXPECT_EQ(info_of(then.decision().events[0].event).name, "session.ended");
  EXPECT_EQ(account.state().sessions.size(), kSessionsMax);
}

TEST(RegenerateRecoveryCodes, VoidsTheOldSet) {
  Given account = in_session();
  account.does(regenerate()).then(RecoveryCodesGenerated{6, 2, SecretText{"new"}}).accepted();
  account.happened(login_started());
  account.when(submit_recovery(0)).then().refused(Refusal::Stale);
  EXPECT_FALSE(account.state().recovery->acknowledged);
}

TEST(RegenerateRecoveryCodes, NeedsFreshThenPassword) {
  Given account = in_session();
  account.when(regenerate(wrong_password())).refused(Refusal::CredentialsRejected);
  account.after(minutes(5));
  account.when(regenerate(wrong_password())).then().refused(Refusal::StepUpNeeded);
  Given{registered(), session_opened()}.when(regenerate()).then().refused(Refusal::NotEnrolled);
}

TEST(AcknowledgeRecoveryCodes, IsToldOnce) {
  const AcknowledgeRecoveryCodes command{kAccount, session_ref()};
  Given account = in_session();
  account.does(command).then(RecoveryCodesAcknowledged{kSetPosition}).accepted();
  account.when(command).then().accepted();
  Given{registered(), session_opened()}.when(command).then().refused(Refusal::NotEnrolled);
  TwoStepImported moved;
  moved.method = Method::Totp;
  Given{registered(), std::move(moved), session_opened()}.when(command).then().refused(Refusal::NoRecoveryCodes);
}

TEST(ChangePassword, SES_2_EndsEverythingElseAndRenewsTheToken) {
  Given account = in_session();
  account.happened(session_opened({Amr::Password}, kOtherSession)).happened(login_started());
  account.does(change_password())
      .then(PasswordChanged{kSession, kFreshToken, 2, SecretText{"new verifier"}})
      .accepted();
  EXPECT_EQ(account.state().sessions.size(), 1U);
  EXPECT_TRUE(account.state().logins.empty());
  EXPECT_EQ(account.state().password.position, account.position());
  EXPECT_TRUE(account.state().two_step.has_value());
  EXPECT_TRUE(account.state().recovery.has_value()) << "a password change leaves the second step as it is";
  EXPECT_NE(live_session(account.state(), {kSession, kFreshToken, Listener::Public}, account.now()), nullptr);
}

TEST(ChangePassword, SES_4_AVerifierFromBeforeIsStale) {
  Given account = in_session();
  account.happened(PasswordRehashed{2, SecretText{"newer"}});
  account.when(change_password()).then().refused(Refusal::Stale);
}

TEST(DisableAccount, SES_2_EndsEverySession) {
  Given account = in_session();
  account.happened(login_started());
  account.does(DisableAccount{kAccount, System{}, "left"}).then(AccountDisabled{"left"}).accepted();
  EXPECT_TRUE(account.state().sessions.empty());
  EXPECT_TRUE(account.state().logins.empty());
  account.when(DisableAccount{kAccount, System{}, "again"}).then().accepted();
  account.does(EnableAccount{kAccount, System{}, "back"}).then(AccountEnabled{"back"}).accepted();
}

TEST(UnlockSecondStep, ClearsEveryCount) {
  Given account = enrolled();
  account.happened(login_started());
  account.happened(SecondStepLocked{100, std::nullopt, kLogin, {}})
      .happened(RecoveryCodeRejected{kLogin, {}, 7, kHome, {}});
  account.does(UnlockSecondStep{kAccount, System{}, false, "called"})
      .then(SecondStepUnlocked{UnlockedBy::Staff, "called"})
      .accepted();
  account.when(submit(code_of(101))).accepted();
  account.when(submit_recovery(0)).accepted();
  account.when(UnlockSecondStep{kAccount, System{}, false, "again"}).then().refused(Refusal::NothingLocked);
}

TEST(UnlockSecondStep, ADM_1_AStaffAccountNeedsAnotherAdminsSession) {
  Given account = enrolled({Role::Helpdesk});
  account.happened(SecondStepLocked{10, kStart + minutes(15), {}, {}});
  const AccountId admin{id_bytes<0xAD>()};
  account.when(UnlockSecondStep{kAccount, ApiKeyId{id_bytes<1>()}, false, "x"}).then().refused(Refusal::Forbidden);
  account.when(UnlockSecondStep{kAccount, kAccount, true, "x"}).then().refused(Refusal::Forbidden);
  account.when(UnlockSecondStep{kAccount, admin, true, "x"}).accepted();
}

TEST(RegisterAccount, RefusesATakenIdentifier) {
  Given nobody;
  RegisterAccount command;
  command.account = kAccount;
  command.identifier = "alex@example.org";
  EXPECT_EQ(decide(command, kAccount, nobody.context()).outcome.error().why, Refusal::IdentifierTaken);
  EXPECT_EQ(decide(command, std::nullopt, nobody.context()).events.size(), 1U);
}

TEST(SetPolicy, ADM_3_FourEyesGoesOffOnAStoppedServiceOnly) {
  Given any;
  PolicyState policy;
  policy.four_eyes = true;
  SetPolicy off;
  off.actor = System{};
  off.four_eyes = false;
  EXPECT_EQ(decide(policy, off, any.context()).outcome.error().why, Refusal::Forbidden);
  off.service_stopped = true;
  EXPECT_EQ(decide(policy, off, any.context()).events.size(), 1U);
}

TEST(SetPolicy, AbsentMembersStayAndNullClears) {
  Given any;
  PolicyState policy;
  policy.mandatory_from = kStart;
  SetPolicy command;
  command.actor = System{};
  command.methods = SetOf<Method>{Method::Totp};
  const Decision kept = decide(policy, command, any.context());
  EXPECT_EQ(std::get<PolicyState>(*kept.outcome).mandatory_from, kStart);
  command.mandatory_from.emplace(std::nullopt);
  const Decision cleared = decide(policy, command, any.context());
  EXPECT_FALSE(std::get<PolicyState>(*cleared.outcome).mandatory_from.has_value());
  SetPolicy nothing;
  EXPECT_TRUE(decide(policy, nothing, any.context()).events.empty());
}

TEST(AuditRead, AUD_2_OneEventAMinute) {
  Given any;
  const RecordAuditRead command{ApiKeyId{}, ReadBy::Lookup, kAccount, std::nullopt};
  EXPECT_EQ(decide(command, std::nullopt, any.context()).events.size(), 1U);
  EXPECT_TRUE(decide(command, Time{kStart.us - seconds(60).us + 1}, any.context()).events.empty());
  EXPECT_EQ(decide(command, kStart - seconds(60), any.context()).events.size(), 1U);
}

}  // namespace
}  // namespace tweestap::tests
