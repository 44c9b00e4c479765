#include "domain/app_login/app_login.h"

#include "tests/support/given.h"

namespace tweestap::tests {
namespace {

using namespace domain;

constexpr AppDeviceId kPhone{id_bytes<0xF1>()};
constexpr std::uint64_t kBoundPosition = 6;

AppDeviceBound bound(AppDeviceId phone = kPhone) { return {phone, kSession, "My phone", SecretText{"keys"}}; }
// An enrolled account whose session bound a phone.
Given with_phone() {
  Given account = enrolled();
  account.happened(session_opened({Amr::Password, Amr::Otp})).happened(bound());
  return account;
}
LogInWithApp log_in_with_pin(AppEvidence proof) { return {kAccount, kPhone, from(kHome), kOtherSession, proof}; }
AppEvidence proof(std::uint64_t sequence, bool pin = true, bool device = true) {
  return {kBoundPosition, sequence, device, pin};
}
AppPinRejected wrong_pin(std::uint32_t failures) { return {kPhone, failures, kHome, std::nullopt}; }
LoginCompleted let_in_by_app(Time now) {
  LoginCompleted event = session_opened({Amr::HardwareKey, Amr::Pin}, kOtherSession, now);
  event.network = kHome;
  event.app_device = kPhone;
  return event;
}
BindAppDevice bind(bool proved = true, std::optional<PasswordEvidence> password = right_password()) {
  return {kAccount,   session_ref(),      from(kHome), AppDeviceId{id_bytes<0xF2>()},
          "My phone", SecretText{"keys"}, proved,      std::move(password)};
}

TEST(APP_1, BothSignaturesLetInAndMoveTheSequence) {
  Given account = with_phone();
  auto then = account.does(log_in_with_pin(proof(1)));
  then.then(let_in_by_app(kStart)).accepted();
  EXPECT_EQ(then.answer<LoginDone>().recovery_codes_left, 6U);
  EXPECT_FALSE(is_fresh(account.state(), account.state().sessions.back(), account.rules, kStart));
  account.when(log_in_with_pin(proof(1))).then().refused(Refusal::CredentialsRejected);
  account.when(log_in_with_pin(proof(2))).accepted();
}

TEST(APP_1, OnlyAValidDeviceSignatureWithAWrongPinCounts) {
  Given account = with_phone();
  account.when(log_in_with_pin(proof(1, true, false))).then().refused(Refusal::CredentialsRejected);
  account.when(log_in_with_pin(proof(1, false, false))).then().refused(Refusal::CredentialsRejected);
  account.when(log_in_with_pin(proof(2, false))).then().refused(Refusal::CredentialsRejected);
  AppEvidence of_an_earlier_binding = proof(1);
  --of_an_earlier_binding.bound_position;
  account.when(log_in_with_pin(of_an_earlier_binding)).then().refused(Refusal::CredentialsRejected);
  account.when(log_in_with_pin(proof(1, false))).then(wrong_pin(1)).refused(Refusal::CredentialsRejected);
}

TEST(APP_1, TenInARowLockThePhone) {
  Given account = with_phone();
  for (std::uint32_t n = 1; n < 10; ++n) account.does(log_in_with_pin(proof(1, false))).then(wrong_pin(n));
  account.when(log_in_with_pin(proof(1))).accepted();
  account.does(log_in_with_pin(proof(1, false))).then(wrong_pin(10), AppDeviceLocked{kPhone});
  account.after(days(30));
  account.when(log_in_with_pin(proof(1))).then().refused(Refusal::CredentialsRejected);
  account.when(log_in_with_pin(proof(1, false))).then().refused(Refusal::CredentialsRejected);
}

TEST(APP_1, ARightPinClearsTheCount) {
  Given account = with_phone();
  for (int n = 0; n < 9; ++n) account.does(log_in_with_pin(proof(1, false)));
  account.does(log_in_with_pin(proof(1))).accepted();
  account.when(log_in_with_pin(proof(2, false))).then(wrong_pin(1));
}

TEST(APP_1, TheSecondStepsLockDoesNotTouchItNorDoesItClearTheCount) {
  Given account = with_phone();
  account.happened(SecondStepLocked{10, kStart + minutes(15), std::nullopt, std::nullopt});
  account.does(log_in_with_pin(proof(1))).accepted();
  EXPECT_EQ(account.state().lock.failures, 10U);
}

TEST(APP_1, ADisabledAccountHearsTheSame) {
  Given account = with_phone();
  account.happened(AccountDisabled{"left"});
  account.when(log_in_with_pin(proof(1))).then().refused(Refusal::CredentialsRejected);
}

TEST(SES_2, APasswordChangeEndsEveryPhone) {
  Given account = with_phone();
  account.happened(PasswordChanged{kSession, kFreshToken, 1, SecretText{"verifier"}});
  account.when(log_in_with_pin(proof(1))).then().refused(Refusal::CredentialsRejected);
}

TEST(BindAppDevice, BindsWithPasswordAndBothProofs) {
  with_phone().when(bind()).then(
      AppDeviceBound{AppDeviceId{id_bytes<0xF2>()}, kSession, "My phone", SecretText{"keys"}});
}

TEST(BindAppDevice, AWrongProofIsNoFailedPassword) {
  with_phone().when(bind(false)).then().refused(Refusal::CredentialsRejected);
  with_phone().when(bind(false, wrong_password())).then().refused(Refusal::CredentialsRejected);
}

TEST(BindAppDevice, AWrongPasswordCounts) {
  auto then = with_phone().when(bind(true, wrong_password()));
  then.refused(Refusal::CredentialsRejected);
  EXPECT_EQ(info_of(then.decision().events.front().event).name, "login.password_rejected");
}

TEST(BindAppDevice, NeedsTwoStepAndAFreshSession) {
  Given{registered(), session_opened()}.when(bind()).then().refused(Refusal::NotEnrolled);
  Given account = with_phone();
  account.after(just_before(minutes(5)));
  account.when(bind()).accepted();
  account.after(Duration{1});
  account.when(bind()).then().refused(Refusal::StepUpNeeded);
}

TEST(BindAppDevice, TheSixthUnbindsTheOldest) {
  Given account = with_phone();
  for (std::uint8_t n = 1; n < kAppDevicesMax; ++n) account.happened(bound(AppDeviceId{{0xF3, n}}));
  auto then = account.does(bind());
  EXPECT_EQ(shown(then.decision().events.front().event), shown(Event{AppDeviceUnbound{kPhone, EndReason::Limit}}));
  EXPECT_EQ(account.state().app_devices.size(), kAppDevicesMax);
  account.when(log_in_with_pin(proof(1))).then().refused(Refusal::CredentialsRejected);
}

TEST(UnbindAppDevice, EndsOneThatIsThere) {
  Given account = with_phone();
  account.does(UnbindAppDevice{kAccount, session_ref(), kPhone}).then(AppDeviceUnbound{kPhone, EndReason::Forgotten});
  account.when(UnbindAppDevice{kAccount, session_ref(), kPhone}).then().refused(Refusal::NotFound);
}

}  // namespace
}  // namespace tweestap::tests
