// Whose number has the reserve of the budgets on messages (rule SMS-2).
#include "tests/domain/sms_steps.h"

namespace tweestap::tests {
namespace {

// Whether a session of that account, which has no second step or has just passed it, may then start to enrol that
// number while the total budget is spent.
bool has_the_reserve(Given account, LookupHash number, Duration later = {}) {
  account.after(later);
  account.happened(session_opened({Amr::Password, Amr::Otp}, kSession, account.now()));
  account.sms.total.sent = account.rules.sms_budget_total;
  StartEnrolment command = start_sms();
  command.phone->number_hash = number;
  Then then = account.when(command);
  if (!then.decision().outcome) then.refused(Refusal::Throttled);
  return then.decision().outcome.has_value();
}

TEST(SMS_2, TheReserveIsTheNumbersAndOutlivesWhatTwoStepComesTo) {
  // Each ends what was: the number's code counted at kStart.
  const std::pair<const char*, void (*)(Given&)> cases[] = {
      {"a reset",
       [](Given& account) {
         account.happened(TwoStepReset{{}, account.now() + days(120)});
       }},
      {"switched off", [](Given& account) { account.happened(TwoStepDisabled{kSession}); }},
      {"over to an app",
       [](Given& account) {
         account.happened(enrolment_started(account.now(), kOtherEnrolment));
         account.happened(TwoStepMethodChanged{kOtherEnrolment, Method::Totp, 100, kSession, kFreshToken});
       }},
  };
  for (const auto& [what, end] : cases) {
    SCOPED_TRACE(what);
    Given account = enrolled_by_sms();
    end(account);
    EXPECT_TRUE(has_the_reserve(account, kNumber)) << "at once";
    EXPECT_TRUE(has_the_reserve(account, kNumber, just_before(days(90))));
    EXPECT_FALSE(has_the_reserve(account, kNumber, days(90))) << "counted too long ago";
    EXPECT_FALSE(has_the_reserve(account, kOtherNumber)) << "no code of that one ever counted";
  }
}

TEST(SMS_2, TheReserveBeginsAnewWithEachCodeThatCounts) {
  const auto asks_for_a_code = [](Given account, Duration later) {
    account.after(later);
    account.sms.network.sent = account.rules.sms_budget_network;
    Then then = account.when(log_in(right_password()));
    return then.answer<LoginPending>().sms_sent.value();
  };
  Given by_login = enrolled_by_sms();
  by_login.after(days(80));
  by_login.does(log_in(right_password())).accepted();
  Given rejected = by_login;
  by_login.does(typed(true)).accepted();
  EXPECT_TRUE(asks_for_a_code(by_login, just_before(days(90))));
  EXPECT_FALSE(asks_for_a_code(by_login, days(90)));
  rejected.does(typed(false)).refused(Refusal::CodeRejected);
  EXPECT_FALSE(asks_for_a_code(rejected, days(10))) << "a wrong code says nothing of the number";

  Given by_step_up = enrolled_by_sms();
  by_step_up.after(days(80));
  by_step_up.happened(session_opened({Amr::Password, Amr::Recovery}, kSession, by_step_up.now()));
  EXPECT_FALSE(asks_for_a_code(by_step_up, days(10))) << "nor does a recovery code";
  by_step_up.does(kAskStepUp).accepted();
  by_step_up.does(step_up(true)).accepted();
  EXPECT_TRUE(asks_for_a_code(by_step_up, just_before(days(90))));
  EXPECT_FALSE(asks_for_a_code(by_step_up, days(90)));
}

TEST(SMS_2, ANumberThatMovedHereHasNoReserveUntilACodeOfItCounted) {
  Given account = with_gateway(Given{registered()});
  account.happened(TwoStepImported{Method::Sms, std::nullopt, kNumber, "NL", "+31612345678", std::nullopt});
  Given untried = account;
  untried.sms.total.sent = untried.rules.sms_budget_total;
  EXPECT_EQ(untried.when(log_in(right_password())).answer<LoginPending>().sms_sent, false);
  account.does(log_in(right_password())).accepted();
  account.does(typed(true)).accepted();
  account.sms.total.sent = account.rules.sms_budget_total;
  EXPECT_EQ(account.when(log_in(right_password())).answer<LoginPending>().sms_sent, true);
}

TEST(SMS_2, AnEnrolmentAsksForTheReserveOfTheNumberThatItGoesTo) {
  Given account = enrolled_by_sms();
  account.happened(TwoStepDisabled{kSession});
  account.happened(session_opened());
  account.does(start_sms()).accepted();
  account.after(seconds(30));
  account.sms.total.sent = account.rules.sms_budget_total;
  const ResendEnrolmentCode again{kAccount, session_ref(), from(kHome), kEnrolment, kAnother};
  account.when(again).then(SmsCodeResent{kChallenge, 1, kNumber, kHome}).accepted();
  account.when(change_number())
      .then(held_back_event(SmsPurpose::Enrolment, SmsRefusal::BudgetTotal, kOtherNumber))
      .refused(Refusal::Throttled);
  ChangeEnrolmentPhone same = change_number();
  same.phone.number_hash = kNumber;
  account.when(same).accepted();

  // Typed first, and confirmed by nobody: it has no reserve, and the one of before still has.
  account.sms.total.sent = 0;
  account.does(change_number()).accepted();
  account.after(seconds(30));
  account.sms.total.sent = account.rules.sms_budget_total;
  account.when(again).refused(Refusal::Throttled);
  account.when(same).accepted();
}

TEST(SMS_2, WhoChangesTheNumberAndBackKeepsTheReserveOfBoth) {
  constexpr auto number = [](std::size_t n) { return LookupHash{{0x40, static_cast<std::uint8_t>(n)}}; };
  Given account{registered()};
  account.rules.sms_available = true;
  const auto enrols = [&](LookupHash with) {
    EnrolmentStarted started = enrolment_started(account.now());
    started.method = Method::Sms;
    started.totp_secret.reset();
    account.happened(std::move(started));
    account.happened(EnrolmentPhoneChanged{kEnrolment, with, "NL", "+31612345678"});
    account.happened(TwoStepEnabled{kEnrolment, Method::Sms, std::nullopt, std::nullopt, std::nullopt});
  };
  const auto trusted = [&](std::size_t n) { return is_trusted(account.state(), number(n), account.context()); };
  for (std::size_t n = 0; n < kConfirmedNumbersMax; ++n) enrols(number(n));
  enrols(number(2));  // again: it takes no second place
  for (std::size_t n = 0; n < kConfirmedNumbersMax; ++n) EXPECT_TRUE(trusted(n)) << n;
  enrols(number(kConfirmedNumbersMax));
  EXPECT_EQ(account.state().confirmed_numbers.size(), kConfirmedNumbersMax);
  EXPECT_FALSE(trusted(0)) << "the one that counted longest ago";
  for (std::size_t n = 1; n <= kConfirmedNumbersMax; ++n) EXPECT_TRUE(trusted(n)) << n;
}

}  // namespace
}  // namespace tweestap::tests
