#include "domain/enrolment/enrolment.h"

#include "tests/support/given.h"

namespace tweestap::tests {
namespace {

using namespace domain;

StartEnrolment start(std::optional<PasswordEvidence> password = right_password(), Method method = Method::Totp,
                     Listener listener = Listener::Public) {
  StartEnrolment command;
  command.account = kAccount;
  command.by = session_ref(listener);
  command.caller = from(kHome, listener);
  command.enrolment = kEnrolment;
  command.method = method;
  command.password = std::move(password);
  command.totp_secret = SecretText{"SECRET"};
  return command;
}

SubmitEnrolmentCode submit_enrolment(TotpEvidence code, Enroller by = session_ref()) {
  SubmitEnrolmentCode command;
  command.account = kAccount;
  command.by = by;
  command.caller = from(kHome);
  command.enrolment = kEnrolment;
  command.fresh_token = kFreshToken;
  command.code = code;
  command.set = NewRecoverySet{SecretText{"verifiers"}, 1};
  return command;
}

DisableTwoStep disable(Listener listener = Listener::Public) {
  return {kAccount, session_ref(listener), from(kHome, listener), right_password()};
}

// A person with a session and an enrolment that waits for its code (the secret at position 3).
Given enrolling() { return Given{registered(), session_opened(), enrolment_started()}; }

// Enrolled, with a session that passed the second step at `kStart`.
Given enrolled_with_session(SetOf<Role> roles = {Role::Person}, Listener listener = Listener::Public) {
  Given account = enrolled(roles);
  account.happened(session_opened({Amr::Password, Amr::Otp}, kSession, kStart, listener));
  return account;
}

TEST(StartEnrolment, KeepsTheSecretSealedAndLivesTenMinutes) {
  Given account{registered(), session_opened()};
  auto then = account.when(start());
  then.then(enrolment_started()).accepted();
  EXPECT_EQ(then.answer<EnrolmentAnswer>().expires_at, kStart + minutes(10));
}

// Behind a login's end every route of the enrolment says that the token is over.
TEST(StartEnrolment, ByALoginItEndsWithThatLogin) {
  const LoginRef by{kLogin, Listener::Public};
  StartEnrolment command = start();
  command.by = by;
  Given account{registered(), login_started(kStart, kLogin, Awaits::Enrolment)};
  EXPECT_EQ(account.when(command).answer<EnrolmentAnswer>().expires_at, kStart + minutes(10));
  account.after(minutes(4));
  EXPECT_EQ(account.does(command).answer<EnrolmentAnswer>().expires_at, kStart + minutes(10));
  EXPECT_EQ(account.state().enrolment->expires_at, kStart + minutes(10));
  const TotpEvidence code = code_of(10, account.position());
  account.after(Duration{minutes(6).us - 1}).when(submit_enrolment(code, by)).accepted();
  account.after(Duration{1}).when(submit_enrolment(code, by)).then().refused(Refusal::TokenOver);
}

TEST(StartEnrolment, ByALoginThatGoesOnItHasItsOwnTime) {
  StartEnrolment command = start();
  command.by = LoginRef{kLogin, Listener::Public};
  Given account{registered(), login_started(kStart, kLogin, Awaits::Enrolment)};
  account.rules.enrolment_life = minutes(5);
  account.after(minutes(5));
  EXPECT_EQ(account.when(command).answer<EnrolmentAnswer>().expires_at, kStart + minutes(10));
  Given early{registered(), login_started(kStart, kLogin, Awaits::Enrolment)};
  early.rules.enrolment_life = minutes(5);
  early.after(Duration{minutes(5).us - 1});
  EXPECT_EQ(early.when(command).answer<EnrolmentAnswer>().expires_at, early.now() + minutes(5));
}

TEST(StartEnrolment, ByASessionItEndsWithThatSession) {
  Given account{registered()};
  account.after(Duration{hours(12).us - minutes(10).us}).happened(session_opened());  // which ends 12 h behind kStart
  EXPECT_EQ(account.when(start()).answer<EnrolmentAnswer>().expires_at, kStart + hours(12));
  account.after(minutes(6));
  EXPECT_EQ(account.when(start()).answer<EnrolmentAnswer>().expires_at, kStart + hours(12));
}

TEST(StartEnrolment, AfterAResetItEndsWithTheTimeToEnrol) {
  const Time enrol_before = kStart + hours(72);
  Given account{registered()};
  account.happened(TwoStepReset{ResetId{id_bytes<0xF1>()}, enrol_before});
  account.after(Duration{hours(72).us - minutes(10).us});
  EXPECT_EQ(account.when(log_in(right_password())).answer<LoginPending>().expires_at, enrol_before);
  account.after(minutes(6));
  EXPECT_EQ(account.does(log_in(right_password())).answer<LoginPending>().expires_at, enrol_before);
  StartEnrolment command = start();
  command.by = LoginRef{kLogin, Listener::Public};
  EXPECT_EQ(account.when(command).answer<EnrolmentAnswer>().expires_at, enrol_before);
}

// A login from before logins knew of it has its ten minutes.
TEST(StartEnrolment, AfterAResetItsEndIsAlsoThatOfALoginThatPromisedMore) {
  const Time enrol_before = kStart + hours(72);
  Given account{registered()};
  account.happened(TwoStepReset{ResetId{id_bytes<0xF1>()}, enrol_before});
  account.after(Duration{hours(72).us - minutes(4).us});
  account.happened(login_started(account.now(), kLogin, Awaits::Enrolment));
  StartEnrolment command = start();
  command.by = LoginRef{kLogin, Listener::Public};
  EXPECT_EQ(account.when(command).answer<EnrolmentAnswer>().expires_at, enrol_before);
}

TEST(StartEnrolment, ASecondOneCancelsTheFirst) {
  Given account = enrolling();
  StartEnrolment second = start();
  second.enrolment = kOtherEnrolment;
  account.does(second).then(EnrolmentCancelled{kEnrolment, EndReason::Replaced},
                            enrolment_started(kStart, kOtherEnrolment));
  account.when(submit_enrolment(code_of(10, 3))).refused(Refusal::NotOpen);
}

TEST(StartEnrolment, AsksForThePasswordAgain) {
  Given{registered(), session_opened()}
      .when(start(wrong_password()))
      .then(PasswordRejected{Listener::Public, PasswordReason::Wrong, {}, kSession, kHome, {}})
      .refused(Refusal::CredentialsRejected);
}

TEST(StartEnrolment, ReplacingAMethodNeedsAFreshSessionBeforeThePassword) {
  Given account = enrolled_with_session();
  account.after(minutes(5));
  account.when(start(wrong_password())).then().refused(Refusal::StepUpNeeded);
}

TEST(StartEnrolment, KeepsToThePolicysMethods) {
  Given account{registered(), session_opened()};
  account.policy.methods = {Method::Sms};
  account.when(start()).then().refused(Refusal::MethodNotAllowed);
  account.policy.methods = {Method::Sms, Method::Totp};
  account.when(start(right_password(), Method::Sms)).then().refused(Refusal::SmsOff);
}

TEST(StartEnrolment, ADM_2_StaffEnrolOnTheStaffListenerOnly) {
  Given at_public{registered({Role::Admin}), session_opened()};
  at_public.when(start()).then().refused(Refusal::StaffListener);
  Given at_staff{registered({Role::Admin}), session_opened({Amr::Password}, kSession, kStart, Listener::Staff)};
  at_staff.when(start(right_password(), Method::Totp, Listener::Staff)).accepted();
}

TEST(SubmitEnrolmentCode, EnablesTwoStepWithSixRecoveryCodes) {
  Given account = enrolling();
  auto then = account.does(submit_enrolment(code_of(10, 3)));
  then.then(TwoStepEnabled{kEnrolment, Method::Totp, 10, kSession, kFreshToken},
            RecoveryCodesGenerated{6, 1, SecretText{"verifiers"}})
      .accepted();
  EXPECT_TRUE(then.answer<LoginDone>().session.amr.has(Amr::Otp));
  EXPECT_EQ(account.state().two_step->secret_position, 3U);
  EXPECT_EQ(account.state().recovery->left(), 6U);
}

TEST(SubmitEnrolmentCode, SES_3_TheTokenFromBeforeIsDead) {
  Given account = enrolling();
  account.does(submit_enrolment(code_of(10, 3)));
  EXPECT_EQ(live_session(account.state(), session_ref(), account.now()), nullptr);
  EXPECT_NE(live_session(account.state(), {kSession, kFreshToken, Listener::Public}, account.now()), nullptr);
}

TEST(SubmitEnrolmentCode, SES_2_EndsEverythingElse) {
  Given account = enrolling();
  account.happened(session_opened({Amr::Password}, kOtherSession)).happened(login_started());
  account.does(submit_enrolment(code_of(10, 3)));
  EXPECT_EQ(account.state().sessions.size(), 1U);
  EXPECT_TRUE(account.state().logins.empty());
  EXPECT_FALSE(account.state().enrolment.has_value());
  EXPECT_EQ(account.state().answers_void_before, account.position() - 1);
}

TEST(SubmitEnrolmentCode, CompletesALoginThatHadToEnrol) {
  EnrolmentStarted started = enrolment_started();
  started.session.reset();
  started.login = kLogin;
  Given account{registered(), login_started(kStart, kLogin, Awaits::Enrolment), std::move(started)};
  auto then = account.does(submit_enrolment(code_of(10, 3), LoginRef{kLogin, Listener::Public}));
  then.accepted();
  ASSERT_EQ(account.state().sessions.size(), 1U);
  EXPECT_EQ(account.state().sessions[0].id, SessionId{kFreshToken.bytes});
  EXPECT_TRUE(account.state().sessions[0].amr.has(Amr::Password));
  EXPECT_TRUE(account.state().sessions[0].amr.has(Amr::Otp));
}

TEST(SubmitEnrolmentCode, OTP_3_ItsStepIsSpent) {
  Given account = enrolling();
  account.does(submit_enrolment(code_of(10, 3)));
  account.happened(login_started());
  account.when(submit(code_of(10, 3))).refused(Refusal::CodeRejected);
  account.when(submit(code_of(11, 3))).accepted();
}

TEST(SubmitEnrolmentCode, OTP_4_CountsForItsEnrolmentOnly) {
  Given account = enrolling();
  account.happened(session_opened({Amr::Password}, kOtherSession));
  SubmitEnrolmentCode unknown = submit_enrolment(code_of(10, 3));
  unknown.enrolment = kOtherEnrolment;
  account.when(unknown).then().refused(Refusal::NotFound);
  const SessionRef other{kOtherSession, TokenId{kOtherSession.bytes}, Listener::Public};
  account.when(submit_enrolment(code_of(10, 3), other)).then().refused(Refusal::NotFound);
}

TEST(SubmitEnrolmentCode, FiveWrongCodesEndTheEnrolment) {
  Given account = enrolling();
  for (std::uint32_t i = 1; i < 5; ++i) {
    account.does(submit_enrolment(wrong_code(3)))
        .then(EnrolmentCodeRejected{kEnrolment, Method::Totp, CodeReason::Wrong, i})
        .refused(Refusal::CodeRejected);
  }
  account.does(submit_enrolment(wrong_code(3)))
      .then(EnrolmentCodeRejected{kEnrolment, Method::Totp, CodeReason::Wrong, 5},
            EnrolmentCancelled{kEnrolment, EndReason::TooManyTries})
      .refused(Refusal::CodeRejected);
  account.when(submit_enrolment(code_of(10, 3))).refused(Refusal::NotOpen);
}

TEST(SubmitEnrolmentCode, ExpiresAtTenMinutes) {
  Given account = enrolling();
  account.after(Duration{minutes(10).us - 1});
  account.when(submit_enrolment(code_of(10, 3))).accepted();
  account.after(Duration{1});
  account.when(submit_enrolment(code_of(10, 3))).then().refused(Refusal::NotOpen);
}

TEST(SubmitEnrolmentCode, ReplacingTheSecretVoidsTheOldSetAndTheOldSecret) {
  Given account = enrolled_with_session();
  StartEnrolment again = start();
  again.enrolment = kOtherEnrolment;
  account.does(again).accepted();
  const std::uint64_t secret = account.position();
  SubmitEnrolmentCode code = submit_enrolment(code_of(10, secret));
  code.enrolment = kOtherEnrolment;
  account.does(code)
      .then(TwoStepMethodChanged{kOtherEnrolment, Method::Totp, 10, kSession, kFreshToken},
            RecoveryCodesGenerated{6, 1, SecretText{"verifiers"}})
      .accepted();
  EXPECT_EQ(account.state().two_step->secret_position, secret);
  EXPECT_EQ(account.state().recovery->position, account.position());
  account.happened(login_started(account.now()));
  account.when(submit(code_of(500))).then().refused(Refusal::Stale);
}

TEST(CancelEnrolment, EndsItAndItsIdStaysKnown) {
  Given account = enrolling();
  account.does(CancelEnrolment{kAccount, session_ref(), kEnrolment})
      .then(EnrolmentCancelled{kEnrolment, EndReason::Left})
      .accepted();
  account.when(CancelEnrolment{kAccount, session_ref(), kEnrolment}).then().refused(Refusal::NotOpen);
}

TEST(DisableTwoStep, NeedsAFreshSessionAndEndsTheRest) {
  Given account = enrolled_with_session();
  account.happened(session_opened({Amr::Password, Amr::Otp}, kOtherSession));
  account.after(Duration{minutes(5).us - 1});
  account.does(disable()).then(TwoStepDisabled{kSession}).accepted();
  EXPECT_FALSE(account.state().two_step.has_value());
  EXPECT_FALSE(account.state().recovery.has_value());
  EXPECT_EQ(account.state().sessions.size(), 1U);
  Given late = enrolled_with_session();
  late.after(minutes(5));
  late.when(disable()).then().refused(Refusal::StepUpNeeded);
}

TEST(DisableTwoStep, IsRefusedWhereMandatoryOrForStaffOrOff) {
  Given mandatory = enrolled_with_session();
  mandatory.policy.mandatory_from = kStart;
  mandatory.when(disable()).then().refused(Refusal::Mandatory);
  enrolled_with_session({Role::Admin}).when(disable()).then().refused(Refusal::StaffListener);
  enrolled_with_session({Role::Admin}, Listener::Staff)
      .when(disable(Listener::Staff))
      .then(TwoStepDisabled{kSession})
      .accepted();
  Given{registered(), session_opened()}.when(disable()).then().refused(Refusal::NotEnrolled);
}

TEST(DeferEnrolment, HidesTheOfferUntilTheMandatoryDate) {
  const DeferEnrolment command{kAccount, session_ref()};
  Given account{registered(), session_opened()};
  account.policy.mandatory_from = kStart + seconds(1);
  account.when(command).then(EnrolmentDeferred{kStart + hours(24)}).accepted();
  account.after(seconds(1));
  account.when(command).then().refused(Refusal::Mandatory);
  enrolled_with_session().when(command).then().refused(Refusal::AlreadyEnrolled);
  Given{registered({Role::Helpdesk}), session_opened()}.when(command).then().refused(Refusal::StaffListener);
}

}  // namespace
}  // namespace tweestap::tests
