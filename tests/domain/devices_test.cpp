#include "domain/devices/devices.h"

#include "domain/login/login.h"
#include "tests/support/given.h"

namespace tweestap::tests {
namespace {

using namespace domain;

constexpr DeviceId kDevice{id_bytes<0xD1>()};
constexpr DeviceId kOtherDevice{id_bytes<0xD2>()};

// The token that was handed out as this one of the device's generations.
constexpr TokenId token(std::uint8_t generation, std::uint8_t which = 0) { return TokenId{{0xDD, generation, which}}; }

DeviceRemembered remembered(DeviceId device = kDevice, Time until = kStart + days(7), TokenId first = token(0)) {
  return {device, kOtherSession, first, until, std::nullopt, "Firefox on Linux"};
}
PresentedDevice brings(std::uint8_t generation, std::uint8_t which = 0, std::uint8_t next = 0,
                       DeviceId device = kDevice) {
  return {device, token(generation, which), generation, token(static_cast<std::uint8_t>(generation + 1), next)};
}
StartLogin log_in_with(std::optional<PasswordEvidence> password, const PresentedDevice& device,
                       Listener listener = Listener::Public) {
  StartLogin command = log_in(std::move(password), listener);
  command.device = device;
  return command;
}
LoginCompleted let_in_by_device(Time now, DeviceId device = kDevice) {
  LoginCompleted event = session_opened({Amr::Password}, kSession, now);
  event.device = device;
  event.network = kHome;
  return event;
}
LoginStarted asked_for_a_code(Time now) {
  LoginStarted event = login_started(now);
  event.method = Method::Totp;
  event.network = kHome;
  return event;
}
PasswordRejected rejected(std::optional<std::uint32_t> device_failures) {
  PasswordRejected event{Listener::Public, PasswordReason::Wrong, std::nullopt, std::nullopt, kHome, std::nullopt};
  if (device_failures) event.device = kDevice;
  event.device_failures = device_failures;
  return event;
}
// An enrolled account with a device that was remembered now.
Given with_device() {
  Given account = enrolled();
  account.happened(session_opened({Amr::Password, Amr::Otp}, kOtherSession)).happened(remembered());
  return account;
}
SubmitCode submit_and_remember(std::int64_t step = 101) {
  SubmitCode command = submit(code_of(step));
  command.remember = NewDevice{kDevice, token(0), "Firefox on Linux"};
  return command;
}
Given waiting_for_a_code() {
  Given account = enrolled();
  account.happened(login_started());
  return account;
}

TEST(DEV_1, ALiveTokenStandsForTheSecondStepAndIsRotated) {
  auto then = with_device().when(log_in_with(right_password(), brings(0)));
  then.then(let_in_by_device(kStart), DeviceUsed{kDevice, token(0), token(1)}).accepted();
  const auto& done = then.answer<LoginDone>();
  EXPECT_EQ(done.session.device, kDevice);
  EXPECT_EQ(done.session.amr, SetOf<Amr>{Amr::Password});
  EXPECT_EQ(done.recovery_codes_left, 6U);
  EXPECT_EQ(done.remembered_until, kStart + days(7)) << "the end is fixed when the box is ticked";
  EXPECT_FALSE(done.offer);
}

TEST(DEV_1, ADeviceIsOverAtItsEndAndNotBefore) {
  Given account = with_device();
  account.after(just_before(days(7)));
  account.when(log_in_with(right_password(), brings(0)))
      .then(let_in_by_device(account.now()), DeviceUsed{kDevice, token(0), token(1)});
  account.after(Duration{1});
  account.when(log_in_with(right_password(), brings(0))).then(asked_for_a_code(account.now())).accepted();
}

TEST(DEV_1, AStaleTokenIsTheft) {
  Given account = with_device();
  account.does(log_in_with(right_password(), brings(0)));
  account.after(hours(1));
  account.does(log_in_with(right_password(), brings(1)));
  auto then = account.does(log_in_with(right_password(), brings(0)));
  then.then(DeviceTheftSuspected{kDevice, token(0), kHome, std::nullopt},
            DeviceForgotten{kDevice, ForgottenBy::Service, EndReason::Theft}, asked_for_a_code(account.now()))
      .accepted();
  EXPECT_TRUE(then.answer<LoginPending>().device_forgotten);
  EXPECT_TRUE(account.state().devices.empty());
  EXPECT_TRUE(account.state().sessions.empty()) << "those that it let in, and the one that remembered it";
  account.when(log_in_with(right_password(), brings(2))).then(asked_for_a_code(account.now()));
}

TEST(DEV_1, TheftEndsNoSessionOfAnotherDevice) {
  Given account = with_device();
  account.does(log_in_with(right_password(), brings(0)));
  const SessionId elsewhere{id_bytes<0x59>()};
  account.happened(session_opened({Amr::Password, Amr::Otp}, elsewhere));
  account.after(seconds(10));
  account.does(log_in_with(right_password(), brings(0)));
  ASSERT_EQ(account.state().sessions.size(), 1U);
  EXPECT_EQ(account.state().sessions.front().id, elsewhere);
}

TEST(DEV_1, TheLastTokenAgainIsARetryWithinTenSeconds) {
  Given account = with_device();
  account.does(log_in_with(right_password(), brings(0)));
  account.after(just_before(seconds(10)));
  account.does(log_in_with(right_password(), brings(0, 0, 7)))
      .then(let_in_by_device(account.now()), DeviceUsed{kDevice, token(0), token(1, 7)});
  account.after(Duration{1});
  account.when(log_in_with(right_password(), brings(0)))
      .then(DeviceTheftSuspected{kDevice, token(0), kHome, std::nullopt},
            DeviceForgotten{kDevice, ForgottenBy::Service, EndReason::Theft}, asked_for_a_code(account.now()));
}

TEST(DEV_1, EachTokenHandedOutCountsUntilOneOfThemIsUsed) {
  Given account = with_device();
  for (std::uint8_t n = 0; n < 9; ++n) account.does(log_in_with(right_password(), brings(0, 0, n))).accepted();
  account.after(hours(5));
  account.does(log_in_with(right_password(), brings(1, 4)))
      .then(let_in_by_device(account.now()), DeviceUsed{kDevice, token(1, 4), token(2)});
  account.when(log_in_with(right_password(), brings(1, 3)))
      .then(DeviceTheftSuspected{kDevice, token(1, 3), kHome, std::nullopt},
            DeviceForgotten{kDevice, ForgottenBy::Service, EndReason::Theft}, asked_for_a_code(account.now()));
}

TEST(DEV_1, ARetryIsOverOnceANewerTokenWasUsed) {
  Given account = with_device();
  account.does(log_in_with(right_password(), brings(0)));
  account.does(log_in_with(right_password(), brings(1)));
  account.when(log_in_with(right_password(), brings(0)))
      .then(DeviceTheftSuspected{kDevice, token(0), kHome, std::nullopt},
            DeviceForgotten{kDevice, ForgottenBy::Service, EndReason::Theft}, asked_for_a_code(account.now()));
}

TEST(DEV_1, AWrongPasswordWithAStaleTokenTellsNothing) {
  Given account = with_device();
  account.does(log_in_with(right_password(), brings(0)));
  account.after(minutes(1));
  account.when(log_in_with(wrong_password(), brings(0)))
      .then(rejected(std::nullopt))
      .refused(Refusal::CredentialsRejected);
}

TEST(DEV_1, ATokenOfADeviceThatIsForgottenIsIgnored) {
  Given account = with_device();
  account.happened(DeviceForgotten{kDevice, ForgottenBy::Owner, EndReason::Forgotten});
  account.when(log_in_with(right_password(), brings(0))).then(asked_for_a_code(kStart)).accepted();
}

TEST(ADM_2, TheStaffListenerTakesNoDevice) {
  Given account = enrolled({Role::Person, Role::Admin});
  account.happened(remembered());
  LoginStarted expected = asked_for_a_code(kStart);
  expected.listener = Listener::Staff;
  auto then = account.when(log_in_with(right_password(), brings(0), Listener::Staff));
  then.then(expected).accepted();
  EXPECT_EQ(then.answer<LoginPending>().remember, Remember::Never);
}

TEST(THR_2, WrongPasswordsWithALiveTokenCountWithTheDeviceAndTheTenthForgetsIt) {
  Given account = with_device();
  for (std::uint32_t n = 1; n < 10; ++n) {
    account.does(log_in_with(wrong_password(), brings(0))).then(rejected(n)).refused(Refusal::CredentialsRejected);
  }
  account.when(log_in_with(right_password(), brings(0)))
      .then(let_in_by_device(kStart), DeviceUsed{kDevice, token(0), token(1)});
  account.does(log_in_with(wrong_password(), brings(0)))
      .then(rejected(10), DeviceForgotten{kDevice, ForgottenBy::Service, EndReason::WrongPasswords})
      .refused(Refusal::CredentialsRejected);
  account.when(log_in_with(wrong_password(), brings(0))).then(rejected(std::nullopt));
}

TEST(THR_2, ARightPasswordWithTheTokenClearsTheDevicesCount) {
  Given account = with_device();
  for (int n = 0; n < 9; ++n) account.does(log_in_with(wrong_password(), brings(0)));
  account.does(log_in_with(right_password(), brings(0))).accepted();
  account.when(log_in_with(wrong_password(), brings(1))).then(rejected(1));
}

TEST(THR_2, ATryWithALiveTokenIsSlowedDownByNobodysFailures) {
  Given account = with_device();
  account.throttle.here = {50, kStart, {}};
  account.throttle.anywhere = {500, kStart, {}};
  account.throttle.network = {500, kStart, {}};
  account.when(log_in(right_password())).refused(Refusal::Throttled);
  account.when(log_in_with(right_password(), brings(0))).accepted();
  account.when(log_in_with(wrong_password(), brings(0))).then(rejected(1)).refused(Refusal::CredentialsRejected);
  account.after(days(7));
  account.throttle.here.last_at = account.now();
  account.when(log_in_with(right_password(), brings(0))).refused(Refusal::Throttled);
}

TEST(DEV_1, ALockStopsNoRememberedDeviceAndItClearsNoCount) {
  Given account = with_device();
  account.happened(SecondStepLocked{10, kStart + minutes(15), std::nullopt, std::nullopt});
  account.does(log_in_with(right_password(), brings(0))).accepted();
  EXPECT_TRUE(account.state().lock.holds(kStart));
  EXPECT_EQ(account.state().lock.failures, 10U);
  EXPECT_FALSE(is_fresh(account.state(), account.state().sessions.back(), account.rules, kStart));
}

TEST(SES_4, APasswordHashedBeforeItWasChangedLetsInNoDevice) {
  Given account = with_device();
  account.happened(PasswordRehashed{2, SecretText{"newer"}});
  account.when(log_in_with(right_password(), brings(0))).then().refused(Refusal::Stale);
}

TEST(RememberDevice, HoldsAsLongAsTheDefaultSaysWhereNobodyChose) {
  auto then = waiting_for_a_code().when(submit_and_remember());
  LoginCompleted completed = session_opened({Amr::Password, Amr::Otp});
  completed.login = kLogin;
  completed.step = 101;
  completed.network = kHome;
  then.then(completed,
            DeviceRemembered{kDevice, kSession, token(0), kStart + hours(12), std::nullopt, "Firefox on Linux"})
      .accepted();
  EXPECT_EQ(then.answer<LoginDone>().remembered_until, kStart + hours(12));
  EXPECT_FALSE(then.answer<LoginDone>().session.device) << "a code let the person in";
}

TEST(RememberDevice, DoesNothingWherePersonOrPolicyNeverRemembers) {
  Given account = waiting_for_a_code();
  account.policy.remember_durations = {Remember::Never};
  EXPECT_FALSE(account.when(submit_and_remember()).answer<LoginDone>().remembered_until);
  account.policy = {};
  account.happened(RememberDurationChanged{Remember::Never});
  EXPECT_FALSE(account.when(submit_and_remember()).answer<LoginDone>().remembered_until);
}

TEST(RememberDevice, AWrongCodeRemembersNothing) {
  SubmitCode command = submit_and_remember();
  command.code = wrong_code();
  waiting_for_a_code()
      .when(command)
      .then(CodeRejected{kLogin, Method::Totp, CodeReason::Wrong, 1, kHome, std::nullopt})
      .refused(Refusal::CodeRejected);
}

TEST(RememberDevice, TheTwentyFirstMakesTheOldestForgotten) {
  Given account = waiting_for_a_code();
  for (std::uint8_t n = 0; n < kDevicesMax; ++n) {
    account.happened(remembered(DeviceId{{0xD3, n}}, kStart + days(7), TokenId{{0xDE, n}}));
  }
  auto then = account.does(submit_and_remember());
  ASSERT_EQ(then.decision().events.size(), 3U);
  EXPECT_EQ(shown(then.decision().events[1].event),
            shown(Event{DeviceForgotten{DeviceId{{0xD3, 0}}, ForgottenBy::Service, EndReason::Limit}}));
  EXPECT_EQ(account.state().devices.size(), kDevicesMax);
  EXPECT_EQ(account.state().devices.back().id, kDevice);
}

TEST(RememberOf, IsTheLongestAllowedOneThatIsNotLongerThanWished) {
  struct Case {
    std::optional<Remember> chosen;
    SetOf<Remember> allowed;
    Remember expected;
  };
  for (const Case& one :
       {Case{{}, {Remember::Never, Remember::TwelveHours}, Remember::TwelveHours},
        Case{{}, {Remember::Never, Remember::OneWeek}, Remember::Never},
        Case{Remember::OneWeek, {Remember::Never, Remember::ThreeDays}, Remember::ThreeDays},
        Case{Remember::OneWeek, {Remember::OneWeek}, Remember::OneWeek},
        Case{Remember::ThreeDays, {Remember::TwelveHours, Remember::OneWeek}, Remember::TwelveHours},
        Case{Remember::Never, {Remember::OneWeek}, Remember::Never}, Case{Remember::OneWeek, {}, Remember::Never}}) {
    AccountState state;
    state.remember = one.chosen;
    PolicyState policy;
    policy.remember_durations = one.allowed;
    EXPECT_EQ(remember_of(state, policy, Rules{}), one.expected);
  }
}

// A session whose second step was passed now, on an account with a device that was remembered now.
Given at_the_settings() {
  Given account = with_device();
  account.happened(session_opened({Amr::Password, Amr::Otp}));
  return account;
}
ChangeRemember choose(Remember duration) { return {kAccount, session_ref(), duration}; }

TEST(ChangeRemember, LongerNeedsAFreshSessionAndShorterDoesNot) {
  Given account = at_the_settings();
  account.when(choose(Remember::OneWeek)).then(RememberDurationChanged{Remember::OneWeek}).accepted();
  account.after(minutes(5));
  account.when(choose(Remember::OneWeek)).then().refused(Refusal::StepUpNeeded);
  account.when(choose(Remember::TwelveHours)).accepted();
  account.when(choose(Remember::Never)).accepted();
}

TEST(ChangeRemember, ShorterMovesTheEndToWhatItWouldHaveBeen) {
  Given account = at_the_settings();
  account.happened(RememberDurationChanged{Remember::OneWeek});
  account.after(minutes(30));
  account.does(choose(Remember::ThreeDays)).then(RememberDurationChanged{Remember::ThreeDays});
  EXPECT_EQ(account.state().devices.front().until, kStart + days(3));
  account.does(choose(Remember::OneWeek)).refused(Refusal::StepUpNeeded);
  EXPECT_EQ(account.state().devices.front().until, kStart + days(3));
}

TEST(ChangeRemember, LongerIsForDevicesToComeAndLeavesTheEndsThatWereFixed) {
  Given account = at_the_settings();
  account.does(choose(Remember::TwelveHours));
  const Time fixed = account.state().devices.front().until;
  ASSERT_EQ(fixed, kStart + hours(12));
  account.does(choose(Remember::OneWeek)).accepted();
  EXPECT_EQ(account.state().devices.front().until, fixed);
}

TEST(ChangeRemember, ShorterThanADeviceIsOldForgetsIt) {
  Given account = enrolled();
  account.happened(remembered()).happened(RememberDurationChanged{Remember::OneWeek});
  account.after(just_before(hours(12)));
  account.happened(session_opened({Amr::Password, Amr::Otp}, kSession, account.now()));
  account.when(choose(Remember::TwelveHours)).then(RememberDurationChanged{Remember::TwelveHours});
  account.after(Duration{1});
  account.does(choose(Remember::TwelveHours))
      .then(RememberDurationChanged{Remember::TwelveHours},
            DeviceForgotten{kDevice, ForgottenBy::Owner, EndReason::RememberChanged});
  EXPECT_TRUE(account.state().devices.empty());
}

TEST(ChangeRemember, NeverForgetsEveryDeviceAndSaysWhetherItWasThisOne) {
  Given account = at_the_settings();
  account.happened(remembered(kOtherDevice, kStart + days(1), token(0, 9)));
  auto then = account.when(choose(Remember::Never));
  then.then(RememberDurationChanged{Remember::Never},
            DeviceForgotten{kDevice, ForgottenBy::Owner, EndReason::RememberChanged},
            DeviceForgotten{kOtherDevice, ForgottenBy::Owner, EndReason::RememberChanged});
  EXPECT_FALSE(then.answer<RememberAnswer>().forgets_current);
  ChangeRemember by_its_session = choose(Remember::Never);
  by_its_session.session = {kOtherSession, TokenId{kOtherSession.bytes}, Listener::Public};
  EXPECT_TRUE(account.when(by_its_session).answer<RememberAnswer>().forgets_current);
}

TEST(ChangeRemember, RefusesWhatThePolicyDoesNotAllow) {
  Given account = at_the_settings();
  account.policy.remember_durations = {Remember::Never, Remember::TwelveHours};
  account.when(choose(Remember::ThreeDays)).then().refused(Refusal::DurationNotAllowed);
  account.when(choose(Remember::TwelveHours)).accepted();
}

TEST(ChangeRemember, TheSameAgainIsNoEvent) {
  Given account = at_the_settings();
  account.does(choose(Remember::ThreeDays));
  account.when(choose(Remember::ThreeDays)).then().accepted();
}

TEST(ForgetDevice, ForgetsOneOrAllOfTheLiveOnes) {
  Given account = at_the_settings();
  account.happened(remembered(kOtherDevice, kStart + days(1), token(0, 9)));
  account.when(ForgetDevice{kAccount, session_ref(), kOtherDevice})
      .then(DeviceForgotten{kOtherDevice, ForgottenBy::Owner, EndReason::Forgotten});
  account.when(ForgetDevice{kAccount, session_ref(), std::nullopt})
      .then(DeviceForgotten{kDevice, ForgottenBy::Owner, EndReason::Forgotten},
            DeviceForgotten{kOtherDevice, ForgottenBy::Owner, EndReason::Forgotten});
  account.when(ForgetDevice{kAccount, session_ref(), DeviceId{id_bytes<0xD9>()}}).then().refused(Refusal::NotFound);
}

TEST(SES_2, WhatEndsEverythingElseForgetsEveryDevice) {
  Given account = at_the_settings();
  account.happened(PasswordChanged{kSession, kFreshToken, 1, SecretText{"verifier"}});
  EXPECT_TRUE(account.state().devices.empty());
}

}  // namespace
}  // namespace tweestap::tests
