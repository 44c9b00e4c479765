// Each rule with its boundary: what raises it, what just does not, and what a person does who is no attacker.
#include "consumers/detection/detector.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/consumers/attack.h"

namespace tweestap::consumers::detection {
namespace {

using domain::AlertRule;
using domain::Amr;
using domain::LoginRefusal;
using domain::Method;
using domain::SmsRefusal;

const domain::Actor kHelpdesk{account(1000)};

TEST(CredentialStuffing, IsOneNetworkThatFailsAtManyAccounts) {
  Attack attack{only(AlertRule::CredentialStuffing)};
  attack.wrong_password(1).wrong_password(2).wrong_password(2).wrong_password(3, kOtherPlace);
  EXPECT_TRUE(attack.alerts.empty());
  attack.after(domain::seconds(7)).wrong_password(3);
  domain::AlertRaised expected;
  expected.rule = AlertRule::CredentialStuffing;
  expected.network = kOffice;
  expected.count = 3;
  expected.threshold = 3;
  expected.window_seconds = 600;
  expected.since = kPeriodBegins;
  expected.until = kPeriodBegins + domain::seconds(7);
  expected.about = 5;
  EXPECT_EQ(shown(attack.alerts), shown(std::vector{expected}));
}

TEST(CredentialStuffing, CountsUnknownIdentifiersTooAndWhatIsOnlyThrottled) {
  Attack attack{only(AlertRule::CredentialStuffing)};
  attack.unknown(1).unknown(1).refused(2, LoginRefusal::Throttled);
  EXPECT_TRUE(attack.alerts.empty());
  attack.refused(3, LoginRefusal::Disabled);
  EXPECT_EQ(attack.alerts.size(), 1U);
}

TEST(CredentialStuffing, TakesNobodyForAStrangerWhoGetsInFromThere) {
  Attack attack{only(AlertRule::CredentialStuffing)};
  for (std::uint32_t person = 1; person <= 50; ++person) {
    attack.wrong_password(person).gets_in(person, {Amr::Password});
    attack.wrong_password(100 + person).right_password(100 + person, Method::Totp);
  }
  EXPECT_TRUE(attack.alerts.empty());
  for (std::uint32_t person = 1; person <= 3; ++person) {
    attack.wrong_password(person).gets_in(person, {Amr::Password}, kOtherPlace);
  }
  EXPECT_EQ(attack.alerts.size(), 1U) << "getting in elsewhere says nothing of this network";
}

TEST(CredentialStuffing, LooksAtNeitherSessionsNorDevicesNorUnknownNetworks) {
  Attack attack{three_in_ten_minutes()};
  for (std::uint32_t person = 1; person <= 9; ++person) {
    domain::PasswordRejected on_a_session;
    on_a_session.network = kOffice;
    on_a_session.session = tests::kSession;
    domain::PasswordRejected with_a_device;
    with_a_device.network = kOffice;
    with_a_device.device = domain::DeviceId{{1}};
    attack.happened(domain::Subject::of(account(person)), on_a_session);
    attack.happened(domain::Subject::of(account(person)), with_a_device);
    attack.refused(person, LoginRefusal::ResetOver).refused(person, LoginRefusal::Locked);
  }
  EXPECT_TRUE(attack.alerts.empty());
  Attack without{only(AlertRule::CredentialStuffing)};
  for (std::uint32_t person = 1; person <= 9; ++person) without.wrong_password(person, std::nullopt);
  EXPECT_TRUE(without.alerts.empty());
}

TEST(PasswordSpraying, IsManyAccountsWhateverTheNetworks) {
  Attack attack{only(AlertRule::PasswordSpraying)};
  attack.wrong_password(1, network(10)).wrong_password(2, network(11)).wrong_password(2, network(12));
  attack.unknown(1).unknown(2);
  EXPECT_TRUE(attack.alerts.empty());
  attack.wrong_password(3, std::nullopt);
  ASSERT_EQ(attack.alerts.size(), 1U);
  EXPECT_EQ(attack.alerts[0].rule, AlertRule::PasswordSpraying);
  EXPECT_FALSE(attack.alerts[0].network || attack.alerts[0].account || attack.alerts[0].api_key);
  EXPECT_EQ(attack.alerts[0].count, 3U);
}

TEST(PasswordSpraying, LeavesOutWhoGetsInFromAnywhere) {
  Attack attack{only(AlertRule::PasswordSpraying)};
  for (std::uint32_t person = 1; person <= 50; ++person) {
    attack.wrong_password(person).gets_in(person, {Amr::Password}, kOtherPlace);
  }
  EXPECT_TRUE(attack.alerts.empty());
  attack.wrong_password(1).wrong_password(2).gets_in(1, {Amr::HardwareKey, Amr::Pin}).wrong_password(3);
  EXPECT_EQ(attack.alerts.size(), 1U) << "a phone's PIN says nothing of who tried the password";
}

TEST(SmsPumping, IsOneNetworkThatAsksForCodesToManyNumbers) {
  Attack attack{only(AlertRule::SmsPumping)};
  attack.code_issued(1, 1).code_resent(1, 1).code_issued(2, 2).code_issued(3, 3, kOtherPlace);
  EXPECT_TRUE(attack.alerts.empty());
  attack.code_refused(4, 4, SmsRefusal::Off);
  EXPECT_TRUE(attack.alerts.empty()) << "no gateway is set: says nothing of who asks";
  attack.code_refused(4, 4, SmsRefusal::Country);
  ASSERT_EQ(attack.alerts.size(), 1U);
  EXPECT_EQ(attack.alerts[0].network, kOffice);
}

TEST(SmsPumping, OneAccountMayAskForAllOfTheNumbers) {
  Attack attack{only(AlertRule::SmsPumping)};
  attack.code_issued(1, 1).code_issued(1, 2).code_refused(1, 3, SmsRefusal::BudgetAccount);
  EXPECT_EQ(attack.alerts.size(), 1U);
}

TEST(SmsPumping, LeavesOutNumbersWhoseCodeIsEntered) {
  Attack attack{only(AlertRule::SmsPumping)};
  for (std::uint8_t person = 1; person <= 50; ++person) {
    attack.code_issued(person, person).gets_in(person, {Amr::Password, Amr::Sms});
    attack.code_to_enrol(100 + person, static_cast<std::uint8_t>(100 + person)).enrolled(100 + person);
  }
  EXPECT_TRUE(attack.alerts.empty());
  attack.code_issued(1, 1).code_issued(2, 2).gets_in(1, {Amr::Password}).code_issued(3, 3);
  EXPECT_EQ(attack.alerts.size(), 1U) << "a password is no code";
}

// Or who has an account would ask for codes to numbers that pay him, and switch the rule off with one of his own.
TEST(SmsPumping, ACodeTakesOffTheNumberThatItCameToAndNoOther) {
  Attack attack{only(AlertRule::SmsPumping)};
  attack.code_to_enrol(1, 1).code_to_enrol(1, 2);
  attack.code_issued(1, 9, kOtherPlace).gets_in(1, {Amr::Password, Amr::Sms});
  attack.code_issued(1, 9, kOtherPlace).code_to_enrol(1, 2).gets_in(1, {Amr::Password, Amr::Sms});
  EXPECT_TRUE(attack.alerts.empty());
  attack.code_to_enrol(2, 3);
  ASSERT_EQ(attack.alerts.size(), 1U);
  EXPECT_EQ(attack.alerts[0].network, kOffice);
  EXPECT_EQ(attack.alerts[0].count, 3U);
}

TEST(SmsPumping, OfAnEnrolmentTheLastNumberIsTheOneThatIsEntered) {
  Attack attack{only(AlertRule::SmsPumping)};
  attack.code_to_enrol(1, 4).code_to_enrol(1, 5).enrolled(1).code_to_enrol(1, 6);
  EXPECT_TRUE(attack.alerts.empty()) << "a typing mistake, and a number that is used";
  attack.code_to_enrol(1, 7);
  EXPECT_EQ(attack.alerts.size(), 1U);
  attack.after(kWindow).code_to_enrol(1, 1).code_refused(1, 2, SmsRefusal::Country).enrolled(1);
  attack.code_to_enrol(1, 1).code_to_enrol(1, 3);
  EXPECT_EQ(attack.alerts.size(), 2U) << "what was held back is nothing that can be entered";
}

TEST(SmsPumping, OfTwoLoginsAtOnceEitherCodeTakesTheNumberOff) {
  Attack attack{only(AlertRule::SmsPumping)};
  domain::SmsCodeIssued other;
  other.login = domain::LoginId{{0x4C}};
  other.number_hash = number(1);
  other.network = kOffice;
  attack.code_issued(1, 1).happened(domain::Subject::of(account(1)), other);
  attack.gets_in(1, {Amr::Password, Amr::Sms}).code_issued(2, 2).code_issued(3, 3);
  EXPECT_TRUE(attack.alerts.empty());
}

TEST(SmsPumping, ANumberWhoseCodeIsEnteredIsTakenOffEveryNetworkThatItWasAskedFrom) {
  Attack attack{only(AlertRule::SmsPumping)};
  attack.code_to_enrol(1, 1).code_to_enrol(1, 1, kOtherPlace).code_resent(1, 1).enrolled(1);
  attack.code_issued(2, 2).code_issued(3, 3).code_issued(2, 2, kOtherPlace).code_issued(3, 3, kOtherPlace);
  EXPECT_TRUE(attack.alerts.empty());
}

TEST(SmsPumping, LeavesOutNumbersWhoseCodeStepsASessionUpOrChangesTheMethod) {
  for (const bool entered : {false, true}) {
    Attack stepping{only(AlertRule::SmsPumping)};
    stepping.code_to_step_up(1, 1).stepped_up(1, entered ? Amr::Sms : Amr::Otp).code_issued(2, 2).code_issued(3, 3);
    EXPECT_EQ(stepping.alerts.size(), entered ? 0U : 1U);
    Attack changing{only(AlertRule::SmsPumping)};
    changing.code_to_enrol(1, 1).method_changed(1, entered ? Method::Sms : Method::Totp);
    changing.code_issued(2, 2).code_issued(3, 3);
    EXPECT_EQ(changing.alerts.size(), entered ? 0U : 1U);
  }
}

TEST(SmsPumping, OtherProofsThanAMessageTakeOffNothing) {
  for (const auto& amr :
       {domain::SetOf<Amr>{Amr::Password, Amr::Otp}, domain::SetOf<Amr>{Amr::Password, Amr::Recovery}}) {
    Attack attack{only(AlertRule::SmsPumping)};
    attack.code_issued(1, 1).gets_in(1, amr).code_to_enrol(1, 2).enrolled(1, Method::Totp).code_issued(2, 3);
    EXPECT_EQ(attack.alerts.size(), 1U);
  }
}

TEST(MfaFatigue, IsCodeAfterCodeOfWhichNoneIsEntered) {
  Attack attack{only(AlertRule::MfaFatigue)};
  attack.code_issued(1, 1).code_resent(1, 1).code_issued(2, 2);
  EXPECT_TRUE(attack.alerts.empty());
  attack.code_refused(1, 1, SmsRefusal::BudgetNumber);
  ASSERT_EQ(attack.alerts.size(), 1U);
  EXPECT_EQ(attack.alerts[0].account, account(1));
}

TEST(MfaFatigue, OfAnAppIsLoginAfterLogin) {
  Attack attack{only(AlertRule::MfaFatigue)};
  attack.right_password(1, Method::Totp).right_password(1, Method::Totp);
  attack.right_password(1, Method::Sms);
  EXPECT_TRUE(attack.alerts.empty()) << "a login by SMS counts with its code";
  attack.right_password(1, Method::Totp);
  EXPECT_EQ(attack.alerts.size(), 1U);
}

TEST(MfaFatigue, BeginsAnewWhenACodeIsEntered) {
  Attack attack{only(AlertRule::MfaFatigue)};
  attack.code_issued(1, 1).code_issued(1, 1).gets_in(1, {Amr::Password, Amr::Recovery});
  attack.code_issued(1, 1).code_issued(1, 1).enrolled(1).code_issued(1, 1).code_issued(1, 1);
  EXPECT_TRUE(attack.alerts.empty());
  attack.gets_in(1, {Amr::Password}).code_issued(1, 1);
  EXPECT_EQ(attack.alerts.size(), 1U) << "a remembered device entered none";
}

TEST(MfaFatigue, BeginsAnewWhenASessionIsSteppedUpAndWhenTheMethodIsChanged) {
  for (const bool changed : {false, true}) {
    Attack attack{only(AlertRule::MfaFatigue)};
    attack.code_issued(1, 1).code_issued(1, 1);
    if (changed) {
      attack.method_changed(1, Method::Totp);
    } else {
      attack.stepped_up(1, Amr::Recovery);
    }
    attack.code_issued(1, 1).code_issued(1, 1);
    EXPECT_TRUE(attack.alerts.empty());
    attack.code_issued(1, 1);
    EXPECT_EQ(attack.alerts.size(), 1U);
  }
}

TEST(DeviceTheft, IsTheFirstTimeAlready) {
  Attack attack{only(AlertRule::DeviceTheft)};
  attack.theft(1, 1).theft(1, 2).theft(2, 1);
  ASSERT_EQ(attack.alerts.size(), 2U) << "once a period of an account";
  EXPECT_EQ(attack.alerts[0].account, account(1));
  EXPECT_EQ(attack.alerts[1].account, account(2));
  attack.after(kWindow).theft(1, 3);
  EXPECT_EQ(attack.alerts.size(), 3U);
}

TEST(ImpossibleReset, IsOfSomebodyWhoPassedTheSecondStepJustBefore) {
  for (const bool late : {false, true}) {
    Attack attack{only(AlertRule::ImpossibleReset)};
    attack.gets_in(1, {Amr::Password, Amr::Otp});
    attack.after(late ? kWindow : domain::Duration{kWindow.us - 1}).reset(2, kHelpdesk).reset(1, kHelpdesk);
    EXPECT_EQ(attack.alerts.size(), late ? 0U : 1U);
    for (const domain::AlertRaised& one : attack.alerts) EXPECT_EQ(one.account, account(1));
  }
}

TEST(ImpossibleReset, IsOfSomebodyWhoSteppedUpOrChangedTheMethodJustBefore) {
  for (const Amr by : {Amr::Otp, Amr::Sms, Amr::HardwareKey}) {
    Attack attack{only(AlertRule::ImpossibleReset)};
    attack.stepped_up(1, by).reset(1, kHelpdesk);
    EXPECT_EQ(attack.alerts.size(), 1U) << domain::name_of(by);
  }
  for (const Method method : {Method::Totp, Method::Sms}) {
    Attack attack{only(AlertRule::ImpossibleReset)};
    attack.method_changed(1, method).reset(1, kHelpdesk);
    EXPECT_EQ(attack.alerts.size(), 1U) << domain::name_of(method);
  }
}

TEST(ImpossibleReset, IsNoneWhereARecoveryCodeOrThePasswordWasEnough) {
  Attack attack{only(AlertRule::ImpossibleReset)};
  attack.gets_in(1, {Amr::Password, Amr::Recovery}).gets_in(1, {Amr::Password}).stepped_up(1, Amr::Recovery);
  attack.reset(1, kHelpdesk);
  EXPECT_TRUE(attack.alerts.empty());
}

TEST(ImpossibleReset, IsNoneWhereThePersonEnrolsAfterIt) {
  Attack attack{only(AlertRule::ImpossibleReset)};
  attack.reset(1, kHelpdesk).enrolled(1).gets_in(1, {Amr::Password, Amr::Otp});
  EXPECT_TRUE(attack.alerts.empty());
}

TEST(ImpossibleReset, IsOneThatTheOwnersLoginCancels) {
  Attack attack{only(AlertRule::ImpossibleReset)};
  attack.reset_cancelled(1, domain::EndReason::Replaced);
  EXPECT_TRUE(attack.alerts.empty());
  attack.reset_cancelled(1, domain::EndReason::SecondStepPassed);
  EXPECT_EQ(attack.alerts.size(), 1U);
}

TEST(ManyResets, AreThoseOfOneMemberOfStaffOrOneKey) {
  Attack attack{only(AlertRule::ManyResets)};
  const domain::Actor key{domain::ApiKeyId{{7}}};
  attack.reset(1, kHelpdesk).reset(2, kHelpdesk).reset(2, kHelpdesk).reset(3, key).reset(4, key);
  attack.reset(5, domain::System{}).reset(6, domain::System{}).reset(7, domain::System{});
  EXPECT_TRUE(attack.alerts.empty());
  attack.reset(3, kHelpdesk).reset(5, key);
  ASSERT_EQ(attack.alerts.size(), 2U);
  EXPECT_EQ(attack.alerts[0].account, account(1000));
  EXPECT_EQ(attack.alerts[1].api_key, domain::ApiKeyId{{7}});
}

TEST(Detector, AnAlertRaisesNone) {
  EXPECT_FALSE(Detector::folds(domain::AlertRaised::kInfo.name));
  EXPECT_FALSE(Detector::folds("no.such_thing"));
  EXPECT_TRUE(Detector::folds(domain::PasswordRejected::kInfo.name));
  EXPECT_TRUE(Detector::folds(domain::ResetCancelled::kInfo.name));
}

}  // namespace
}  // namespace tweestap::consumers::detection
