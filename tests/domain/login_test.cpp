#include "domain/login/login.h"
#include "domain/lock/lock.h"

#include "tests/support/given.h"

namespace tweestap::tests {
namespace {

using namespace domain;

LoginCompleted completed(SetOf<Amr> amr, std::optional<LoginId> login, std::optional<std::int64_t> step, Time now) {
  LoginCompleted event;
  event.session = kSession;
  event.login = login;
  event.amr = amr;
  event.step = step;
  event.expires_at = now + hours(12);
  event.idle_seconds = 3600;
  event.network = kHome;
  return event;
}

LoginStarted started(Awaits awaits, std::optional<Method> method, Time now, Listener listener = Listener::Public) {
  LoginStarted event = login_started(now, kLogin, awaits, listener);
  event.method = method;
  event.network = kHome;
  return event;
}

PasswordRejected rejected(PasswordReason reason, std::optional<LookupHash> visitor = std::nullopt) {
  return {Listener::Public, reason, visitor, std::nullopt, kHome, std::nullopt};
}

TEST(StartLogin, CompletesWherePasswordIsEnough) {
  auto then = Given{registered()}.when(log_in(right_password()));
  then.then(completed({Amr::Password}, std::nullopt, std::nullopt, kStart)).accepted();
  EXPECT_TRUE(then.answer<LoginDone>().offer->offered);
  EXPECT_FALSE(then.answer<LoginDone>().recovery_codes_left.has_value());
}

TEST(StartLogin, AsksForACodeWhereTwoStepIsOn) {
  auto then = enrolled().when(log_in(right_password()));
  then.then(started(Awaits::Code, Method::Totp, kStart)).accepted();
  EXPECT_EQ(then.answer<LoginPending>().expires_at, kStart + minutes(10));
}

TEST(StartLogin, RecordsAWrongPassword) {
  Given{registered()}
      .when(log_in(wrong_password()))
      .then(rejected(PasswordReason::Wrong))
      .refused(Refusal::CredentialsRejected);
}

TEST(StartLogin, RecordsAnUnknownIdentifierInTheVisitorsStream) {
  Given nobody;
  Then then{decide(nullptr, log_in(wrong_password()), nobody.context())};
  then.then(rejected(PasswordReason::UnknownIdentifier, kHash)).refused(Refusal::CredentialsRejected);
  EXPECT_EQ(then.decision().events.front().subject, kVisitor);
}

TEST(StartLogin, ENU_1_DisabledHearsWhatAWrongPasswordHears) {
  Given account{registered(), AccountDisabled{"left"}};
  account.when(log_in(right_password()))
      .then(LoginRefused{Listener::Public, LoginRefusal::Disabled, {}, {}, {}, {}, kHome, {}})
      .refused(Refusal::CredentialsRejected);
}

TEST(StartLogin, SES_4_RefusesAPasswordHashedBeforeItWasChanged) {
  Given account{registered(), PasswordRehashed{2, SecretText{"newer"}}};
  account.when(log_in(right_password())).then().refused(Refusal::Stale);
}

TEST(StartLogin, StoresANewVerifierBesideTheLogin) {
  StartLogin command = log_in(PasswordEvidence{1, true, NewVerifier{SecretText{"today's"}, 7}});
  Given{registered()}
      .when(command)
      .then(PasswordRehashed{7, SecretText{"today's"}}, completed({Amr::Password}, {}, {}, kStart))
      .accepted();
}

TEST(StartLogin, MandatoryFromIsTheMomentItself) {
  Given account{registered()};
  account.policy.mandatory_from = kStart + days(3);
  account.after(days(3));
  account.when(log_in(right_password())).then(started(Awaits::Enrolment, {}, account.now())).accepted();
  Given before{registered()};
  before.policy.mandatory_from = kStart + days(3);
  before.after(Duration{days(3).us - 1});
  auto then = before.when(log_in(right_password()));
  EXPECT_EQ(then.answer<LoginDone>().offer->days_left, 0);
}

TEST(StartLogin, AnAccountsOwnDateTakesThePlaceOfTheOrganisations) {
  Given account{registered(), MandatoryFromChanged{kStart + days(30)}};
  account.policy.mandatory_from = kStart;
  EXPECT_EQ(account.when(log_in(right_password())).answer<LoginDone>().offer->days_left, 30);
}

TEST(StartLogin, StaffDoorAlwaysAsksBothSteps) {
  Given{registered({Role::Admin})}
      .when(log_in(right_password(), Listener::Staff))
      .then(started(Awaits::Enrolment, {}, kStart, Listener::Staff))
      .accepted();
}

TEST(StartLogin, StaffDoorRefusesAPersonLikeAWrongPassword) {
  Given{registered()}
      .when(log_in(right_password(), Listener::Staff))
      .then(LoginRefused{Listener::Staff, LoginRefusal::NotStaff, {}, {}, {}, {}, kHome, {}})
      .refused(Refusal::CredentialsRejected);
}

TEST(StartLogin, StaffAreNotOfferedEnrolmentOnThePublicDoor) {
  EXPECT_FALSE(Given{registered({Role::Helpdesk})}.when(log_in(right_password())).answer<LoginDone>().offer->offered);
}

TEST(StartLogin, HidesTheOfferForADayAfterNotNow) {
  Given account{registered(), EnrolmentDeferred{kStart + hours(24)}};
  account.after(Duration{hours(24).us - 1});
  EXPECT_FALSE(account.when(log_in(right_password())).answer<LoginDone>().offer->offered);
  account.after(Duration{1});
  EXPECT_TRUE(account.when(log_in(right_password())).answer<LoginDone>().offer->offered);
}

TEST(StartLogin, THR_2_FifthFailureMakesTheNextTryWait) {
  Given account{registered()};
  account.throttle.here = {4, kStart, {}};
  account.when(log_in(right_password())).accepted();
  account.throttle.here = {5, kStart, {}};
  account.when(log_in(right_password()))
      .then(LoginRefused{Listener::Public, LoginRefusal::Throttled, {}, {}, kStart + seconds(1), 0U, kHome, {}})
      .refused(Refusal::Throttled)
      .until(kStart + seconds(1));
  account.after(seconds(1));
  account.when(log_in(right_password())).accepted();
}

TEST(StartLogin, THR_2_WaitingDoublesToFifteenMinutes) {
  const Rules rules;
  EXPECT_EQ(wait_after(5, 5, rules), seconds(1));
  EXPECT_EQ(wait_after(6, 5, rules), seconds(2));
  EXPECT_EQ(wait_after(14, 5, rules), seconds(512));
  EXPECT_EQ(wait_after(15, 5, rules), seconds(900));
  EXPECT_EQ(wait_after(4'000'000'000, 5, rules), seconds(900));
}

TEST(StartLogin, THR_2_HundredFailuresFromAnywhereSpareAKnownNetwork) {
  Given stranger{registered()};
  stranger.throttle.anywhere = {100, kStart, {}};
  stranger.when(log_in(right_password())).refused(Refusal::Throttled);
  LoginCompleted earlier = session_opened();
  earlier.network = kHome;
  Given owner{registered(), std::move(earlier)};
  owner.throttle.anywhere = {100, kStart, {}};
  owner.when(log_in(right_password())).accepted();
  owner.after(days(30));
  owner.throttle.anywhere = {100, owner.now(), {}};
  owner.when(log_in(right_password())).refused(Refusal::Throttled);
}

TEST(StartLogin, THR_2_ANetworkIsPacedFromItsFiftiethFailure) {
  Given account{registered()};
  account.throttle.network = {49, kStart, {}};
  account.when(log_in(right_password())).accepted();
  account.throttle.network = {50, kStart, {}};
  account.when(log_in(right_password())).refused(Refusal::Throttled).until(kStart + seconds(1));
}

TEST(StartLogin, THR_6_AWaitingIntervalHasOneEvent) {
  Given account{registered()};
  account.throttle.here = {5, kStart, kStart + seconds(1)};
  auto then = account.when(log_in(std::nullopt));
  then.then().refused(Refusal::Throttled);
  EXPECT_TRUE(then.decision().suppressed);
  account.throttle.here = {6, kStart + seconds(1), kStart + seconds(1)};
  account.throttle.suppressed = 41;
  account.after(seconds(1));
  account.when(log_in(std::nullopt))
      .then(LoginRefused{Listener::Public, LoginRefusal::Throttled, {}, {}, kStart + seconds(3), 41U, kHome, {}});
}

TEST(StartLogin, AnEleventhPendingLoginEndsTheOldest) {
  Given account = enrolled();
  for (std::uint8_t i = 0; i < kLoginsMax; ++i) {
    LoginId id;
    id.bytes[0] = static_cast<std::uint8_t>(i + 1);
    account.happened(login_started(kStart, id));
  }
  LoginId oldest;
  oldest.bytes[0] = 1;
  account.does(log_in(right_password()))
      .then(LoginAbandoned{oldest, EndReason::Limit}, started(Awaits::Code, Method::Totp, kStart));
  EXPECT_EQ(account.state().logins.size(), kLoginsMax);
}

TEST(SubmitCode, CompletesTheLoginAndSpendsTheStep) {
  Given account = enrolled();
  account.happened(login_started());
  account.does(submit(code_of(101))).then(completed({Amr::Password, Amr::Otp}, kLogin, 101, kStart)).accepted();
  EXPECT_EQ(account.state().two_step->last_step, 101);
  EXPECT_TRUE(account.state().logins.empty());
}

TEST(SubmitCode, OTP_3_RefusesAStepThatWasSpentByTheEnrolment) {
  Given account = enrolled();
  account.happened(login_started());
  account.when(submit(code_of(100)))
      .then(CodeRejected{kLogin, Method::Totp, CodeReason::Replayed, 1, kHome, std::nullopt})
      .refused(Refusal::CodeRejected);
}

TEST(SubmitCode, OTP_3_RefusesAStepBeforeTheLastAcceptedOne) {
  Given account = enrolled();
  account.happened(login_started());
  account.when(submit(code_of(99))).refused(Refusal::CodeRejected);
}

TEST(SubmitCode, OTP_3_WindowIsOneStepEitherSide) {
  EXPECT_EQ(judge({1, 200, 0b001}, 100).step, 199);
  EXPECT_EQ(judge({1, 200, 0b010}, 100).step, 200);
  EXPECT_EQ(judge({1, 200, 0b100}, 100).step, 201);
  EXPECT_EQ(judge({1, 200, 0b000}, 100).step, std::nullopt);
  EXPECT_EQ(judge({1, 200, 0b011}, 199).step, 200) << "the same digits twice: the first one is spent";
  EXPECT_EQ(judge({1, 200, 0b001}, 199).reason, CodeReason::Replayed);
}

TEST(SubmitCode, OTP_2_TheSameCodeCountsOnce) {
  Given account = enrolled();
  account.happened(login_started()).happened(login_started(kStart, kOtherLogin));
  account.does(submit(code_of(101))).accepted();
  account.does(submit(code_of(101), kOtherLogin)).refused(Refusal::CodeRejected);
}

TEST(SubmitCode, LivesTenMinutes) {
  Given account = enrolled();
  account.happened(login_started()).after(Duration{minutes(10).us - 1});
  account.when(submit(code_of(101))).accepted();
  account.after(Duration{1});
  account.when(submit(code_of(101))).then().refused(Refusal::TokenOver);
}

TEST(SubmitCode, SES_4_RefusesEvidenceAboutAnOlderSecret) {
  Given account = enrolled();
  account.happened(login_started());
  account.when(submit(code_of(101, kSecretPosition - 1))).then().refused(Refusal::Stale);
}

TEST(SubmitCode, SES_1_ALoginThatHasToEnrolTakesNoCode) {
  Given account = enrolled();
  account.happened(login_started(kStart, kLogin, Awaits::Enrolment));
  account.when(submit(code_of(101))).then().refused(Refusal::WrongState);
}

TEST(SubmitCode, SES_1_ALoginIsNotKnownAtTheOtherDoor) {
  Given account = enrolled();
  account.happened(login_started());
  SubmitCode command = submit(code_of(101));
  command.login.listener = Listener::Staff;
  account.when(command).then().refused(Refusal::TokenOver);
}

TEST(SubmitCode, OTP_6_TheTenthFailureLocksAndStillHearsRejected) {
  Given account = enrolled();
  account.happened(login_started());
  for (std::uint32_t i = 1; i < 10; ++i) {
    account.does(submit(wrong_code()))
        .then(CodeRejected{kLogin, Method::Totp, CodeReason::Wrong, i, kHome, std::nullopt})
        .refused(Refusal::CodeRejected);
  }
  account.does(submit(wrong_code()))
      .then(CodeRejected{kLogin, Method::Totp, CodeReason::Wrong, 10, kHome, std::nullopt},
            SecondStepLocked{10, kStart + minutes(15), kLogin, std::nullopt})
      .refused(Refusal::CodeRejected);
  account.does(submit(code_of(101)))
      .then(LoginRefused{Listener::Public, LoginRefusal::Locked, kLogin, {}, kStart + minutes(15), {}, kHome, {}})
      .refused(Refusal::Locked)
      .until(kStart + minutes(15));
  account.does(submit(code_of(101))).then().refused(Refusal::Locked);
}

TEST(SubmitCode, OTP_6_TheLockOpensByTimeAndKeepsTheCount) {
  Given account = enrolled();
  account.happened(CodeRejected{kLogin, Method::Totp, CodeReason::Wrong, 10, {}, {}})
      .happened(SecondStepLocked{10, kStart + minutes(15), kLogin, {}})
      .after(minutes(15))
      .happened(login_started(kStart + minutes(15)));
  account.when(submit(wrong_code()))
      .then(CodeRejected{kLogin, Method::Totp, CodeReason::Wrong, 11, kHome, std::nullopt});
  account.does(submit(code_of(101))).accepted();
  EXPECT_EQ(account.state().lock.failures, 0U);
}

TEST(SubmitCode, OTP_6_LocksDoubleToADayAndThenNoTimeOpensThem) {
  const Rules rules;
  EXPECT_EQ(lock_duration(10, rules), minutes(15));
  EXPECT_EQ(lock_duration(20, rules), minutes(30));
  EXPECT_EQ(lock_duration(70, rules), hours(16));
  EXPECT_EQ(lock_duration(80, rules), hours(24));
  EXPECT_EQ(lock_duration(90, rules), hours(24));
  EXPECT_EQ(lock_duration(100, rules), std::nullopt);
  EXPECT_FALSE(lock_after(99, rules, kStart).has_value());
  EXPECT_FALSE(lock_after(100, rules, kStart)->until.has_value());
}

TEST(SubmitRecoveryCode, LetsInOnceAndSaysHowManyAreLeft) {
  Given account = enrolled();
  account.happened(login_started());
  auto then = account.does(submit_recovery(3));
  then.then(RecoveryCodeUsed{kSetPosition, 3, 5, kLogin, std::nullopt},
            completed({Amr::Password, Amr::Recovery}, kLogin, std::nullopt, kStart))
      .accepted();
  EXPECT_EQ(then.answer<LoginDone>().recovery_codes_left, 5U);
  account.happened(login_started());
  account.when(submit_recovery(3)).refused(Refusal::CodeRejected);
}

TEST(SubmitRecoveryCode, OpensALock) {
  Given account = enrolled();
  account.happened(SecondStepLocked{100, std::nullopt, kLogin, {}}).happened(login_started());
  account.does(submit_recovery(0))
      .then(RecoveryCodeUsed{kSetPosition, 0, 5, kLogin, std::nullopt},
            SecondStepUnlocked{UnlockedBy::RecoveryCode, std::nullopt},
            completed({Amr::Password, Amr::Recovery}, kLogin, std::nullopt, kStart))
      .accepted();
  EXPECT_FALSE(account.state().lock.holds(account.now()));
}

TEST(SubmitRecoveryCode, REC_1_OfAnOlderSetIsStale) {
  Given account = enrolled();
  account.happened(login_started());
  account.when(submit_recovery(0, kHome, kSetPosition - 1)).then().refused(Refusal::Stale);
}

TEST(SubmitRecoveryCode, FromTheFifthInARowAFurtherOneWaits) {
  Given account = enrolled();
  account.happened(login_started());
  for (std::uint32_t i = 1; i <= 5; ++i) {
    account.does(submit_recovery(std::nullopt))
        .then(RecoveryCodeRejected{kLogin, std::nullopt, i, kHome, std::nullopt})
        .refused(Refusal::CodeRejected);
  }
  account.when(submit_recovery(0)).then().refused(Refusal::Throttled).until(kStart + seconds(1));
  account.when(submit_recovery(0, kElsewhere)).accepted();
  account.after(seconds(1));
  account.does(submit_recovery(std::nullopt)).refused(Refusal::CodeRejected);
  account.when(submit_recovery(0)).refused(Refusal::Throttled).until(kStart + seconds(3));
}

TEST(SubmitRecoveryCode, ARightAppCodeDoesNotClearItsCount) {
  Given account = enrolled();
  account.happened(login_started()).happened(RecoveryCodeRejected{kLogin, {}, 5, kHome, {}});
  account.does(submit(code_of(101))).accepted();
  account.happened(login_started());
  account.when(submit_recovery(0)).refused(Refusal::Throttled);
}

TEST(SubmitRecoveryCode, ManyNetworksAreCountedTogether) {
  Given account = enrolled();
  account.happened(login_started());
  for (std::uint8_t i = 0; i < kRecoveryNetworksMax + 5; ++i) {
    Pseudonym network{2026, 3, {}};
    network.mac[0] = static_cast<std::uint8_t>(i + 10);
    account.does(submit_recovery(std::nullopt, network)).refused(Refusal::CodeRejected);
  }
  account.when(submit_recovery(0, kElsewhere)).refused(Refusal::Throttled);
  EXPECT_LE(account.state().recovery_failures.size(), kRecoveryNetworksMax + 1);
}

TEST(AbandonLogin, EndsIt) {
  Given account = enrolled();
  account.happened(login_started());
  account.does(AbandonLogin{kAccount, {kLogin, Listener::Public}}).then(LoginAbandoned{kLogin, EndReason::Left}).accepted();
  account.when(submit(code_of(101))).refused(Refusal::TokenOver);
}

}  // namespace
}  // namespace tweestap::tests
