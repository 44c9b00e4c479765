#include "domain/sms/sms.h"

#include "tests/domain/sms_steps.h"

namespace tweestap::tests {
namespace {

using namespace domain;

TEST(LoginBySms, SendsACodeAfterARightPasswordAndNamesWhenItMayGoAgain) {
  Given account = enrolled_by_sms();
  Then then = account.when(log_in(right_password()));
  then.then(started_by_sms(kStart), issued(SmsPurpose::Login, kStart)).accepted();
  const auto& answer = then.answer<LoginPending>();
  EXPECT_EQ(answer.method, Method::Sms);
  EXPECT_EQ(answer.sms_sent, true);
  EXPECT_EQ(answer.resend_after, kStart + seconds(30));
}

TEST(SMS_2, NoCodeGoesOutAfterAWrongPassword) {
  Then then = enrolled_by_sms().when(log_in(wrong_password()));
  for (const NewEvent& one : then.decision().events) EXPECT_FALSE(std::holds_alternative<SmsCodeIssued>(one.event));
  then.refused(Refusal::CredentialsRejected);
}

TEST(LoginBySms, IsCompletedByTheRightCode) {
  Given account = waiting();
  Then then = account.does(typed(true));
  then.accepted();
  EXPECT_EQ(then.answer<LoginDone>().session.amr, (SetOf<Amr>{Amr::Password, Amr::Sms}));
  account.when(typed(true)).refused(Refusal::TokenOver);
}

TEST(LoginBySms, AWrongCodeIsAFactThatCounts) {
  Given account = waiting();
  account.does(typed(false))
      .then(CodeRejected{kLogin, Method::Sms, CodeReason::Wrong, 1, kHome, std::nullopt})
      .refused(Refusal::CodeRejected);
  EXPECT_EQ(account.state().lock.failures, 1U);
}

TEST(LoginBySms, TheCodeIsDeadAfterFiveWrongTriesAndGuessesStillCount) {
  Given account = waiting();
  for (int i = 0; i < 4; ++i) account.does(typed(false)).refused(Refusal::CodeRejected);
  Given fifth = account;
  fifth.does(typed(true)).accepted();
  account.does(typed(false)).refused(Refusal::CodeRejected);
  account.does(typed(true))
      .then(CodeRejected{kLogin, Method::Sms, CodeReason::Expired, 6, kHome, std::nullopt})
      .refused(Refusal::CodeRejected);
}

TEST(OTP_4, ACodeOfAnotherChallengeIsNoEvidence) {
  waiting().when(typed(true, kOtherChallenge)).then().refused(Refusal::Stale);
}

TEST(OTP_4, AnAppsEvidenceIsNoneForAnAccountWithSms) {
  Given account = waiting();
  account.when(submit(code_of(200))).then().refused(Refusal::Stale);
  enrolled().happened(login_started()).when(typed(true)).then().refused(Refusal::Stale);
}

TEST(ResendCode, SendsTheSameCodeAfterThirtySecondsAndNotASecondSooner) {
  Given account = waiting();
  account.after(just_before(seconds(30)));
  account.when(resend()).then().refused(Refusal::Throttled).until(kStart + seconds(30));
  account.after(Duration{1});
  account.does(resend()).then(SmsCodeResent{kChallenge, 1, kNumber, kHome}).accepted();
  account.when(resend()).then().refused(Refusal::Throttled).until(kStart + seconds(60));
  account.when(typed(true)).accepted();
}

TEST(ResendCode, IsRefusedAfterFiveResends) {
  Given account = waiting();
  for (std::uint32_t i = 1; i <= 5; ++i) {
    account.after(seconds(30)).does(resend()).then(SmsCodeResent{kChallenge, i, kNumber, kHome}).accepted();
  }
  account.after(seconds(30)).when(resend()).then().refused(Refusal::CodeSpent);
}

TEST(ResendCode, ExtendsNeitherTimeNorTries) {
  Given account = waiting();
  for (int i = 0; i < 4; ++i) account.does(typed(false));
  account.after(seconds(30)).does(resend()).accepted();
  EXPECT_EQ(account.state().logins.front().sms->failures, 4U);
  EXPECT_EQ(account.state().logins.front().sms->expires_at, kStart + minutes(10));
  account.does(typed(false));
  account.after(seconds(30)).when(resend()).then().refused(Refusal::CodeSpent);
}

TEST(ResendCode, IsNotForALockedSecondStepNorForAnApp) {
  Given account = waiting();
  account.happened(SecondStepLocked{10, kStart + minutes(15), kLogin, std::nullopt}).after(seconds(31));
  account.when(resend()).then().refused(Refusal::Locked);
  enrolled().happened(login_started()).when(resend()).then().refused(Refusal::CodesByApp);
}

TEST(LoginBySms, NoCodeIsSentWhileTheSecondStepIsLocked) {
  Given account = enrolled_by_sms();
  account.happened(SecondStepLocked{10, kStart + minutes(15), std::nullopt, std::nullopt});
  Then then = account.when(log_in(right_password()));
  then.then(started_by_sms(kStart)).accepted();
  EXPECT_EQ(then.answer<LoginPending>().sms_sent, false);
}

// A challenge is drawn with a key of the day, which is written where there is none: so only where a code goes out.
TEST(LoginBySms, NeedsAChallengeWhereACodeGoesOutAndNowhereElse) {
  Given account = enrolled_by_sms();
  StartLogin command = log_in(right_password());
  command.challenge.reset();
  account.when(command).then().refused(Refusal::Stale);
  Given locked = account;
  locked.happened(SecondStepLocked{10, kStart + minutes(15), std::nullopt, std::nullopt});
  locked.when(command).then(started_by_sms(kStart)).accepted();
  account.rules.sms_available = false;
  account.does(command).then(started_by_sms(kStart), held_back_event(SmsPurpose::Login, SmsRefusal::Off)).accepted();

  account.after(seconds(30));
  ResendLoginCode again = resend();
  again.challenge.reset();
  account.when(again).then(held_back_event(SmsPurpose::Login, SmsRefusal::Off)).refused(Refusal::SmsOff);
  account.rules.sms_available = true;
  account.when(again).then().refused(Refusal::Stale);
  Given has_one = waiting();
  has_one.after(seconds(30)).when(again).then(SmsCodeResent{kChallenge, 1, kNumber, kHome}).accepted();

  StartLogin wrong = log_in(wrong_password());
  wrong.challenge.reset();
  enrolled_by_sms().when(wrong).refused(Refusal::CredentialsRejected);
}

TEST(LoginBySms, TheCodeIsOverAfterTenMinutes) {
  Given account = waiting();
  account.after(just_before(minutes(10))).when(typed(true)).accepted();
  account.after(Duration{1}).when(typed(true)).refused(Refusal::TokenOver);
}

TEST(SMS_2, EachBudgetHoldsACodeBackAtItsLastMessageAndTheLoginGoesOn) {
  struct Row {
    SmsCount SmsCounts::*count;
    std::uint32_t Rules::*budget;
    std::uint32_t times;  // the account of these tests had a code accepted lately: it has the reserve
    SmsRefusal why;
  };
  const Row rows[] = {{&SmsCounts::number, &Rules::sms_budget_number, 1, SmsRefusal::BudgetNumber},
                      {&SmsCounts::account, &Rules::sms_budget_account, 1, SmsRefusal::BudgetAccount},
                      {&SmsCounts::network, &Rules::sms_budget_network, 2, SmsRefusal::BudgetNetwork},
                      {&SmsCounts::total, &Rules::sms_budget_total, 2, SmsRefusal::BudgetTotal}};
  for (const Row& row : rows) {
    Given account = enrolled_by_sms();
    (account.sms.*row.count).sent = account.rules.*row.budget * row.times - 1;
    account.when(log_in(right_password())).then(started_by_sms(kStart), issued(SmsPurpose::Login, kStart)).accepted();
    ++(account.sms.*row.count).sent;
    Then then = account.does(log_in(right_password()));
    then.then(started_by_sms(kStart), held_back_event(SmsPurpose::Login, row.why)).accepted();
    EXPECT_EQ(then.answer<LoginPending>().sms_sent, false);
    account.when(submit_recovery(0, kHome, 5)).accepted();  // a recovery code still works
  }
}

TEST(SMS_2, ANumberWithoutAnAcceptedCodeInNinetyDaysHasNoReserve) {
  for (const bool lately : {true, false}) {
    Given account = enrolled_by_sms();
    account.after(lately ? just_before(days(90)) : days(90));
    account.sms.total.sent = account.rules.sms_budget_total;
    Then then = account.when(log_in(right_password()));
    EXPECT_EQ(then.answer<LoginPending>().sms_sent, lately);
  }
}

TEST(SMS_2, ACountryThatIsNoLongerAllowedGetsNoCode) {
  Given account = enrolled_by_sms();
  account.policy.sms_countries = {"BE"};
  account.when(log_in(right_password()))
      .then(started_by_sms(kStart), held_back_event(SmsPurpose::Login, SmsRefusal::Country))
      .accepted();
}

TEST(LoginBySms, WithoutAGatewayNothingIsSaidToBeSent) {
  Given account = enrolled_by_sms();
  account.rules.sms_available = false;
  Then then = account.does(log_in(right_password()));
  then.then(started_by_sms(kStart), held_back_event(SmsPurpose::Login, SmsRefusal::Off)).accepted();
  EXPECT_EQ(then.answer<LoginPending>().sms_sent, false);
  account.after(seconds(30));
  account.when(resend())
      .then(held_back_event(SmsPurpose::Login, SmsRefusal::Off))
      .refused(Refusal::SmsOff);  // waiting does not help
  account.when(submit_recovery(0, kHome, 5)).accepted();
}

TEST(SMS_2, WhoIsHeldBackHearsWhenThereIsRoomAgain) {
  Given account = waiting();
  account.after(seconds(30));
  account.sms.number.sent = account.rules.sms_budget_number;
  account.sms.number.room_by = account.now() + minutes(42);
  account.when(resend()).refused(Refusal::Throttled).until(account.now() + minutes(42));
  account.sms.number.room_by = account.now() + seconds(29);
  account.when(resend()).refused(Refusal::Throttled).until(account.now() + seconds(30));
  account.policy.sms_countries = {"BE"};
  account.when(resend()).refused(Refusal::SmsOff);
}

TEST(SMS_2, ABudgetThatHasRoomIsNothingToWaitFor) {
  Given account = waiting();
  account.after(seconds(30));
  const Time now = account.now();
  // Asked for from an office whose messages are younger than the number's, and by somebody who has the reserve.
  account.sms.number = {account.rules.sms_budget_number, now + minutes(5)};
  account.sms.account = {account.rules.sms_budget_account - 1, now + minutes(40)};
  account.sms.network = {2 * account.rules.sms_budget_network - 1, now + minutes(55)};
  account.sms.total = {2 * account.rules.sms_budget_total - 1, now + minutes(59)};
  account.when(resend()).refused(Refusal::Throttled).until(now + minutes(5));

  // Each that is spent as well counts as soon as it is, whichever of them is named.
  ++account.sms.account.sent;
  account.when(resend()).until(now + minutes(40));
  ++account.sms.network.sent;
  account.when(resend()).until(now + minutes(55));
  ++account.sms.total.sent;
  account.when(resend()).then(held_back_event(SmsPurpose::Login, SmsRefusal::BudgetNumber)).until(now + minutes(59));
}

TEST(SMS_2, WhoHasNoReserveWaitsForTheBudgetWithoutIt) {
  Given account = with_gateway(Given{registered(), session_opened()});
  account.sms.total = {3 * account.rules.sms_budget_total / 2, kStart + minutes(17)};
  account.when(start_sms()).refused(Refusal::Throttled).until(kStart + minutes(17));
  Given trusted = waiting();
  trusted.sms = account.sms;
  trusted.after(seconds(30)).when(resend()).accepted();
}

TEST(ResendCode, IssuesACodeThatWasHeldBackOnceThereIsRoom) {
  Given account = enrolled_by_sms();
  account.sms.number.sent = 10;
  account.does(log_in(right_password())).accepted();
  account.when(typed(true)).then(CodeRejected{kLogin, Method::Sms, CodeReason::Wrong, 1, kHome, std::nullopt});
  account.when(resend()).refused(Refusal::Throttled).until(kStart + seconds(30));
  account.after(seconds(30));
  account.does(resend()).then(held_back_event(SmsPurpose::Login, SmsRefusal::BudgetNumber)).refused(Refusal::Throttled);
  account.sms.number.sent = 9;
  account.after(seconds(30));
  account.does(resend()).then(issued(SmsPurpose::Login, account.now(), kOtherChallenge)).accepted();
  account.when(typed(true, kOtherChallenge)).accepted();
}

TEST(EnrolBySms, KeepsTheNumberAndSendsACode) {
  Given account = with_gateway(Given{registered(), session_opened()});
  Then then = account.when(start_sms());
  then.then(sms_enrolment_started(kStart), EnrolmentPhoneChanged{kEnrolment, kNumber, "NL", "+31612345678"},
            issued(SmsPurpose::Enrolment, kStart))
      .accepted();
  EXPECT_EQ(then.answer<EnrolmentAnswer>().resend_after, kStart + seconds(30));
}

TEST(EnrolBySms, IsRefusedWithoutAGatewayBeforeThePasswordIsLookedAt) {
  StartEnrolment command = start_sms();
  command.password.reset();
  Given{registered(), session_opened()}.when(command).then().refused(Refusal::SmsOff);
}

TEST(SMS_2, AnEnrolmentThatIsHeldBackStartsNothingAndLeavesThePendingOneAlone) {
  Given account = enrolling_by_sms();
  account.sms.network.sent = account.rules.sms_budget_network;
  StartEnrolment second = start_sms();
  second.enrolment = kOtherEnrolment;
  SmsCodeRefused event = held_back_event(SmsPurpose::Enrolment, SmsRefusal::BudgetNetwork);
  event.enrolment = kOtherEnrolment;
  account.does(second).then(event).refused(Refusal::Throttled);
  account.when(enrolment_code(true)).accepted();
}

TEST(SMS_2, ACountryThatIsNotAllowedIsRefusedAtTheEnrolment) {
  with_gateway(Given{registered(), session_opened()})
      .when(start_sms("BE"))
      .then(held_back_event(SmsPurpose::Enrolment, SmsRefusal::Country))
      .refused(Refusal::CountryNotAllowed);
}

TEST(EnrolBySms, NeedsAChallengeAfterARightPasswordOnly) {
  Given account = with_gateway(Given{registered(), session_opened()});
  StartEnrolment command = start_sms();
  command.challenge.reset();
  account.when(command).then().refused(Refusal::Stale);
  command.password = wrong_password();
  account.when(command).refused(Refusal::CredentialsRejected);
  StartEnrolment held_back = start_sms("BE");
  held_back.challenge.reset();
  account.when(held_back)
      .then(held_back_event(SmsPurpose::Enrolment, SmsRefusal::Country))
      .refused(Refusal::CountryNotAllowed);

  account.does(start_sms()).accepted();
  ChangeEnrolmentPhone change = change_number();
  change.challenge.reset();
  account.when(change).then().refused(Refusal::Stale);
  change.phone.country = "BE";
  account.when(change)
      .then(held_back_event(SmsPurpose::Enrolment, SmsRefusal::Country, kOtherNumber))
      .refused(Refusal::CountryNotAllowed);
}

TEST(EnrolBySms, TheRightCodeSwitchesTwoStepOnWithTheNumber) {
  Given account = enrolling_by_sms();
  account.does(enrolment_code(true)).accepted();
  ASSERT_TRUE(account.state().two_step && account.state().two_step->phone);
  EXPECT_EQ(account.state().two_step->phone->number_hash, kNumber);
  ASSERT_EQ(account.state().confirmed_numbers.size(), 1U);
  EXPECT_EQ(account.state().confirmed_numbers.front().number_hash, kNumber);
  EXPECT_EQ(account.state().confirmed_numbers.front().at, kStart);
  EXPECT_EQ(account.state().sessions.front().amr, (SetOf<Amr>{Amr::Password, Amr::Sms}));
}

TEST(EnrolBySms, FiveWrongCodesEndIt) {
  Given account = enrolling_by_sms();
  for (int i = 0; i < 4; ++i) account.does(enrolment_code(false)).refused(Refusal::CodeRejected);
  account.does(enrolment_code(false))
      .then(EnrolmentCodeRejected{kEnrolment, Method::Sms, CodeReason::Wrong, 5},
            EnrolmentCancelled{kEnrolment, EndReason::TooManyTries})
      .refused(Refusal::CodeRejected);
  account.when(enrolment_code(true)).refused(Refusal::NotOpen);
}

TEST(ChangeEnrolmentPhone, SendsANewCodeToTheNewNumberAndTheOldCodeIsVoid) {
  Given account = enrolling_by_sms();
  account.does(change_number())
      .then(EnrolmentPhoneChanged{kEnrolment, kOtherNumber, "NL", "+31687654321"},
            issued(SmsPurpose::Enrolment, kStart, kOtherChallenge, kOtherNumber))
      .accepted();
  account.when(enrolment_code(true)).then().refused(Refusal::Stale);
  account.does(enrolment_code(true, kOtherChallenge)).accepted();
  EXPECT_EQ(account.state().two_step->phone->number_hash, kOtherNumber);
}

TEST(ChangeEnrolmentPhone, KeepsTheTriesOfTheEnrolment) {
  Given account = enrolling_by_sms();
  for (int i = 0; i < 4; ++i) account.does(enrolment_code(false));
  account.does(change_number()).accepted();
  account.does(enrolment_code(false, kOtherChallenge)).refused(Refusal::CodeRejected);
  account.when(enrolment_code(true, kOtherChallenge)).refused(Refusal::NotOpen);
}

TEST(ChangeEnrolmentPhone, WhatIsHeldBackLeavesTheOldNumberAndItsCode) {
  Given account = enrolling_by_sms();
  account.does(change_number("BE"))
      .then(held_back_event(SmsPurpose::Enrolment, SmsRefusal::Country, kOtherNumber))
      .refused(Refusal::CountryNotAllowed);
  account.when(enrolment_code(true)).accepted();
}

TEST(ChangeEnrolmentPhone, IsForTheOneWhoStartedItAndForSms) {
  Given account = enrolling_by_sms();
  account.happened(session_opened({Amr::Password}, kOtherSession));
  ChangeEnrolmentPhone other = change_number();
  other.by = SessionRef{kOtherSession, TokenId{kOtherSession.bytes}, Listener::Public};
  account.when(other).then().refused(Refusal::NotFound);
  Given{registered(), session_opened(), enrolment_started()}.when(change_number()).then().refused(Refusal::CodesByApp);
}

TEST(StepUpBySms, SendsACodeAndTheSameOneAgain) {
  Given account = with_session_by_sms();
  const Time asked = account.now();
  Then first = account.does(kAskStepUp);
  first.then(issued(SmsPurpose::StepUp, asked)).accepted();
  EXPECT_EQ(first.answer<StepUpAnswer>().expires_at, asked + minutes(10));
  account.when(kAskStepUp).then().refused(Refusal::Throttled).until(asked + seconds(30));
  account.after(seconds(30));
  RequestStepUp again = kAskStepUp;
  again.challenge = kAnother;
  Then second = account.does(again);
  second.then(SmsCodeResent{kChallenge, 1, kNumber, kHome}).accepted();
  EXPECT_EQ(second.answer<StepUpAnswer>().expires_at, asked + minutes(10));
  account.does(step_up(true)).then(SessionSteppedUp{kSession, kFreshToken, Amr::Sms, std::nullopt}).accepted();
  EXPECT_FALSE(account.state().sessions.front().sms) << "a code counts once";
}

TEST(StepUpBySms, AfterFiveWrongTriesNoCodeUntilItExpires) {
  Given account = with_session_by_sms();
  account.does(kAskStepUp).accepted();
  for (int i = 0; i < 5; ++i) account.does(step_up(false)).refused(Refusal::CodeRejected);
  RequestStepUp again = kAskStepUp;
  again.challenge = kAnother;
  account.after(just_before(minutes(10))).when(again).then().refused(Refusal::CodeSpent);
  account.after(Duration{1});
  account.does(again).then(issued(SmsPurpose::StepUp, account.now(), kOtherChallenge)).accepted();
  account.when(step_up(true, kOtherChallenge)).accepted();
}

TEST(StepUpBySms, ACodeIsOverAfterTenMinutesThoughTheSessionGoesOn) {
  Given account = with_session_by_sms();
  account.does(kAskStepUp).accepted();
  account.after(just_before(minutes(10))).when(step_up(true)).accepted();
  account.after(Duration{1})
      .when(step_up(true))
      .then(StepUpRejected{kSession, Method::Sms, CodeReason::Expired, 1, kHome, std::nullopt})
      .refused(Refusal::CodeRejected);
}

TEST(StepUpBySms, HeldBackByTheBrakeIsTooManyRequests) {
  Given account = with_session_by_sms();
  account.sms.account.sent = account.rules.sms_budget_account;
  account.when(kAskStepUp)
      .then(held_back_event(SmsPurpose::StepUp, SmsRefusal::BudgetAccount))
      .refused(Refusal::Throttled);
}

TEST(StepUp, AnAppNeedsNoRequestAndWithoutTwoStepThereIsNone) {
  Given account = enrolled();
  account.happened(session_opened({Amr::Password, Amr::Otp}));
  account.when(kAskStepUp).then().accepted();
  Given{registered(), session_opened()}.when(kAskStepUp).then().refused(Refusal::NotEnrolled);
}

// What is right for one code says nothing about any other: such evidence is stale, and counts for nothing.
TEST(OTP_4, ALoginsCodeIsNotAStepUpsNorAnEnrolments) {
  constexpr ChallengeId kOfOtherLogin{id_bytes<0xCC>()};
  constexpr ChallengeId kOfEnrolment{id_bytes<0xCD>()};
  Given account = enrolled_by_sms();
  account.happened(session_opened({Amr::Password, Amr::Sms}));
  account.does(kAskStepUp).accepted();
  StartLogin login = log_in(right_password());
  login.challenge = kAnother;
  account.does(login).accepted();
  login.login = kOtherLogin;
  login.challenge = NewChallenge{kOfOtherLogin, kSmsKey};
  account.does(login).accepted();
  StartEnrolment enrols = start_sms();
  enrols.challenge = NewChallenge{kOfEnrolment, kSmsKey};
  account.does(enrols).accepted();

  const auto type = [&](ChallengeId place, ChallengeId code) {
    if (place == kChallenge) return account.when(step_up(true, code));
    if (place == kOfEnrolment) return account.when(enrolment_code(true, code));
    SubmitCode command = typed(true, code);
    if (place == kOfOtherLogin) command.login.login = kOtherLogin;
    return account.when(command);
  };
  const ChallengeId all[] = {kChallenge, kOtherChallenge, kOfOtherLogin, kOfEnrolment};
  for (const ChallengeId& place : all) {
    for (const ChallengeId& code : all) {
      SCOPED_TRACE("the code " + code.text() + " where " + place.text() + " is waited for");
      if (place == code) {
        type(place, code).accepted();
      } else {
        type(place, code).then().refused(Refusal::Stale);
      }
    }
  }
}

TEST(LiveCode, IsThereWhileSomethingWaitsForItAndNamesTheNumberItGoesTo) {
  Given account = waiting();
  const auto live = live_code(account.state(), kChallenge, account.now());
  ASSERT_TRUE(live);
  EXPECT_EQ(live->phone->number_hash, kNumber);
  EXPECT_FALSE(live_code(account.state(), kOtherChallenge, account.now()));
  EXPECT_FALSE(live_code(account.state(), kChallenge, account.now() + minutes(10)));
  account.does(typed(true)).accepted();
  EXPECT_FALSE(live_code(account.state(), kChallenge, account.now()));
}

TEST(SES_2, APasswordChangeEndsEveryCodeThatIsOnItsWay) {
  Given account = with_session_by_sms();
  account.does(kAskStepUp).accepted();
  account.does(log_in(right_password()));
  account.happened(PasswordChanged{kSession, kFreshToken, 1, SecretText{"new"}});
  EXPECT_TRUE(account.state().logins.empty());
  EXPECT_FALSE(account.state().sessions.front().sms);
  EXPECT_FALSE(live_code(account.state(), kChallenge, account.now()));
}

TEST(SMS_2, ARefusalIsAnEventOnceInThirtySeconds) {
  Given account = with_session_by_sms();
  account.does(kAskStepUp).accepted();
  account.after(minutes(10));  // that code is over
  account.sms.account.sent = account.rules.sms_budget_account;
  RequestStepUp again = kAskStepUp;
  again.challenge = kAnother;
  account.does(again).then(held_back_event(SmsPurpose::StepUp, SmsRefusal::BudgetAccount)).refused(Refusal::Throttled);
  const Time told = account.now();
  account.when(again).then().refused(Refusal::Throttled).until(told + seconds(30));
  account.after(just_before(seconds(30))).when(again).then().refused(Refusal::Throttled);
  account.after(Duration{1})
      .when(again)
      .then(held_back_event(SmsPurpose::StepUp, SmsRefusal::BudgetAccount))
      .refused(Refusal::Throttled);
}

TEST(SMS_2, SoItIsWhereANumberIsChangedOverAndOver) {
  Given account = enrolling_by_sms();
  account.after(seconds(30));
  account.sms.account.sent = account.rules.sms_budget_account;
  account.does(change_number())
      .then(held_back_event(SmsPurpose::Enrolment, SmsRefusal::BudgetAccount, kOtherNumber))
      .refused(Refusal::Throttled);
  account.when(change_number()).then().refused(Refusal::Throttled);
  account.after(seconds(30));
  account.when(change_number())
      .then(held_back_event(SmsPurpose::Enrolment, SmsRefusal::BudgetAccount, kOtherNumber))
      .refused(Refusal::Throttled);
}

}  // namespace
}  // namespace tweestap::tests
