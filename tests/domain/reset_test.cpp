#include "domain/reset/reset.h"

#include <algorithm>

#include "domain/enrolment/enrolment.h"
#include "domain/login/login.h"
#include "domain/sessions/sessions.h"
#include "tests/support/given.h"

namespace tweestap::tests {
namespace {

using namespace domain;

constexpr ResetId kOtherReset{id_bytes<0xF2>()};
constexpr AccountId kBram{id_bytes<0xB2>()};
constexpr ApiKeyId kKey{id_bytes<0xAB>()};

RequestReset request(Actor actor = kAnna, ResetId reset = kReset, bool admin = false) {
  return {kAccount, reset, actor, admin, "lost the phone"};
}

Then decided(const Given& account, Actor actor, bool approves, bool beholden = false, bool admin = false,
             ResetId reset = kReset) {
  return Then{decide(account.state(), DecideReset{kAccount, reset, actor, admin, approves, "heard them"}, beholden,
                     account.context())};
}

void happens(Given& account, const Then& then) {
  for (const NewEvent& one : then.decision().events) {
    std::visit(
        [&](const auto& event) {
          using E = std::remove_cvref_t<decltype(event)>;
          if constexpr (std::is_copy_constructible_v<E>) account.happened(E{event});
        },
        one.event);
  }
}

Given under_four_eyes(SetOf<Role> roles = {Role::Person}) {
  Given account = enrolled(roles);
  account.policy.four_eyes = true;
  return account;
}

Given waiting(SetOf<Role> roles = {Role::Person}) {
  Given account = under_four_eyes(roles);
  account.does(request(kAnna, kReset, true)).accepted();
  return account;
}

TEST(RequestReset, IsDoneAtOnceWithoutFourEyes) {
  Given account = enrolled();
  auto then = account.does(request());
  then.then(ResetRequested{kReset, std::nullopt, "lost the phone"}, TwoStepReset{kReset, kStart + hours(72)})
      .accepted();
  EXPECT_EQ(then.answer<ResetAnswer>().state, ResetAnswer::State::Done);
  EXPECT_EQ(then.answer<ResetAnswer>().reset, kReset);
  EXPECT_FALSE(then.answer<ResetAnswer>().expires_at);
  EXPECT_EQ(then.decision().events[0].correlation, Correlation{kReset});
  EXPECT_FALSE(account.state().two_step);
  EXPECT_FALSE(account.state().reset);
  EXPECT_EQ(account.state().enrol_before, kStart + hours(72));
}

TEST(RequestReset, WaitsUnderFourEyesAndChangesNothingYet) {
  Given account = under_four_eyes();
  auto then = account.does(request());
  then.then(ResetRequested{kReset, kStart + hours(24), "lost the phone"}).accepted();
  EXPECT_EQ(then.answer<ResetAnswer>().state, ResetAnswer::State::AwaitingApproval);
  EXPECT_EQ(then.answer<ResetAnswer>().expires_at, kStart + hours(24));
  EXPECT_TRUE(account.state().two_step);
  EXPECT_FALSE(account.state().enrol_before);
  EXPECT_EQ(account.state().reset->requested_by, Actor{kAnna});
}

TEST(RequestReset, ADM_1_UnderFourEyesAKeyIsNoPerson) {
  under_four_eyes().when(request(kKey)).then().refused(Refusal::NeedsAnotherPerson);
  enrolled().when(request(kKey)).accepted();
}

TEST(RequestReset, ADM_1_AStaffAccountNeedsAnotherAdminsSession) {
  for (const Role role : {Role::Helpdesk, Role::Admin, Role::Auditor}) {
    const Given account = enrolled({Role::Person, role});
    account.when(request(kAnna)).then().refused(Refusal::Forbidden);
    account.when(request(kKey)).then().refused(Refusal::Forbidden);
    account.when(request(kAccount, kReset, true)).then().refused(Refusal::Forbidden);
    account.when(request(kAnna, kReset, true)).accepted();
  }
}

TEST(RequestReset, OfSomebodyWithoutTwoStepIsRefusedUnlessItWasReset) {
  Given account{registered()};
  account.when(request()).then().refused(Refusal::NotEnrolled);
  Given reset = enrolled();
  reset.does(request()).accepted();
  reset.after(hours(100));
  reset.does(request(kAnna, kOtherReset)).accepted();
  EXPECT_EQ(reset.state().enrol_before, reset.now() + hours(72));
  Given{}.when(request()).then().refused(Refusal::NotFound);
}

TEST(RequestReset, TakesThePlaceOfOneThatWaits) {
  Given account = waiting();
  account.does(request(kBram, kOtherReset))
      .then(ResetCancelled{kReset, EndReason::Replaced},
            ResetRequested{kOtherReset, kStart + hours(24), "lost the phone"})
      .accepted();
  decided(account, kAnna, true, false, false, kReset).refused(Refusal::NotOpen);
  decided(account, kAnna, true, false, false, kOtherReset).accepted();
  // The one that nobody decided about in time is no longer there to be replaced.
  account.after(hours(24));
  account.does(request(kAnna, kReset)).then(ResetRequested{kReset, account.now() + hours(24), "lost the phone"});
}

TEST(DecideReset, ApprovedByASecondPersonItIsDone) {
  Given account = waiting();
  Then then = decided(account, kBram, true);
  then.then(ResetApproved{kReset, "heard them"}, TwoStepReset{kReset, kStart + hours(72)}).accepted();
  EXPECT_EQ(then.answer<ResetAnswer>().state, ResetAnswer::State::Done);
  happens(account, then);
  EXPECT_FALSE(account.state().two_step);
  decided(account, kBram, true).then().refused(Refusal::NotOpen);
  decided(account, kBram, false).then().refused(Refusal::NotOpen);
}

TEST(DecideReset, DeniedItChangesNothing) {
  Given account = waiting();
  Then then = decided(account, kBram, false);
  then.then(ResetDenied{kReset, "heard them"}).accepted();
  EXPECT_EQ(then.answer<ResetAnswer>().state, ResetAnswer::State::Denied);
  happens(account, then);
  EXPECT_TRUE(account.state().two_step);
  decided(account, kBram, true).then().refused(Refusal::NotOpen);
}

TEST(DecideReset, EndsADayAfterItWasAskedFor) {
  Given account = waiting();
  account.after(Duration{hours(24).us - 1});
  decided(account, kBram, true).accepted();
  account.after(Duration{1});
  decided(account, kBram, true).then().refused(Refusal::NotOpen);
  decided(account, kBram, false).then().refused(Refusal::NotOpen);
}

TEST(DecideReset, ADM_1_IsAnotherPersonWhoOwesNothingToTheFirst) {
  const Given account = waiting();
  for (const bool approves : {true, false}) {
    decided(account, kAnna, approves).then().refused(Refusal::NeedsAnotherPerson);
    decided(account, kKey, approves).then().refused(Refusal::NeedsAnotherPerson);
    decided(account, kBram, approves, true).then().refused(Refusal::NeedsAnotherPerson);
    decided(account, kBram, approves).accepted();
  }
}

TEST(DecideReset, ADM_1_AboutAStaffAccountIsForAnotherAdminsSession) {
  const Given account = waiting({Role::Helpdesk});
  decided(account, kBram, true).then().refused(Refusal::Forbidden);
  decided(account, kAccount, true, false, true).then().refused(Refusal::Forbidden);
  decided(account, kBram, true, false, true).accepted();
}

TEST(DecideReset, WhatWasAskedForUnderFourEyesStaysSo) {
  Given account = waiting();
  account.policy.four_eyes = false;
  decided(account, kAnna, true).then().refused(Refusal::NeedsAnotherPerson);
  decided(account, kKey, true).then().refused(Refusal::NeedsAnotherPerson);
  decided(account, kBram, true).accepted();
}

// Somebody else asked for it, then: whoever can log in does not need it.
TEST(ResetThatWaits, IsCancelledByASecondStep) {
  const auto cancels = [&](const Then& then) {
    const auto& events = then.decision().events;
    EXPECT_TRUE(then.decision().outcome.has_value());
    EXPECT_EQ(std::ranges::count_if(
                  events, [](const NewEvent& one) { return std::holds_alternative<ResetCancelled>(one.event); }),
              1);
    for (const NewEvent& one : events) {
      if (const auto* event = std::get_if<ResetCancelled>(&one.event)) {
        EXPECT_EQ(event->why, EndReason::SecondStepPassed);
      }
    }
  };
  {
    Given account = waiting();
    account.happened(login_started());
    cancels(account.does(submit(code_of(101))));
    EXPECT_FALSE(account.state().reset);
    decided(account, kBram, true).then().refused(Refusal::NotOpen);
  }
  {
    Given account = waiting();
    account.happened(login_started());
    cancels(account.does(submit_recovery(0)));
    EXPECT_FALSE(account.state().reset);
  }
  {
    Given account = waiting();
    account.happened(session_opened({Amr::Password, Amr::Otp}));
    cancels(account.does(StepUpByCode{kAccount, session_ref(), from(kHome), kFreshToken, code_of(101)}));
    EXPECT_FALSE(account.state().reset);
  }
  {
    Given account = waiting();
    account.happened(session_opened({Amr::Password, Amr::Otp}));
    cancels(account.does(
        StepUpByRecoveryCode{kAccount, session_ref(), from(kHome), kFreshToken, RecoveryEvidence{kSetPosition, 2}}));
    EXPECT_FALSE(account.state().reset);
  }
  {
    Given account = waiting();
    account.happened(session_opened({Amr::Password, Amr::Otp})).happened(enrolment_started());
    SubmitEnrolmentCode code;
    code.account = kAccount;
    code.by = session_ref();
    code.caller = from(kHome);
    code.enrolment = kEnrolment;
    code.fresh_token = kFreshToken;
    code.code = code_of(101, account.position());
    code.set = NewRecoverySet{SecretText{"new"}, 1};
    cancels(account.does(code));
    EXPECT_FALSE(account.state().reset);
  }
}

TEST(ResetThatWaits, IsNotCancelledByAPasswordOrAWrongCode) {
  Given account = waiting();
  account.does(log_in(right_password())).accepted();
  account.does(submit(wrong_code())).refused(Refusal::CodeRejected);
  EXPECT_TRUE(account.state().reset);
  Given later = waiting();
  later.after(hours(24)).happened(login_started(later.now()));
  const Then accepted = later.does(submit(code_of(101)));
  for (const NewEvent& one : accepted.decision().events) {
    EXPECT_FALSE(std::holds_alternative<ResetCancelled>(one.event)) << "it was over by itself";
  }
}

TEST(ResetThatWaits, IsCancelledWhereTwoStepGoesOff) {
  Given account = waiting();
  account.happened(session_opened({Amr::Password, Amr::Otp}));
  account.does(DisableTwoStep{kAccount, session_ref(), from(kHome), right_password()})
      .then(TwoStepDisabled{kSession}, ResetCancelled{kReset, EndReason::TwoStepChanged})
      .accepted();
}

// Whoever was dropped would be free to have the account approve (rule ADM-1).
TEST(BeholdenTo, DropsNobodyWhenItIsFull) {
  Given account = enrolled();
  std::vector<Actor> expected = account.state().beholden_to;
  for (std::uint8_t n = 1; n <= kBeholdenMax + 4; ++n) {
    const AccountId admin{{0xC0, n}};
    account.does(request(admin, kReset, true)).accepted();
    if (expected.size() < kBeholdenMax) expected.push_back(admin);
    EXPECT_EQ(account.state().beholden_to, expected) << static_cast<int>(n);
  }
}

Given reset_account() {
  Given account = enrolled();
  account.does(request()).accepted();
  return account;
}

TEST(AfterAReset, ThePersonEnrolsAtTheNextLoginAlsoWhereTwoStepIsNotMandatory) {
  Given account = reset_account();
  EXPECT_TRUE(account.when(log_in(right_password())).answer<LoginPending>().enrols);
}

TEST(AfterAReset, TheTimeToEnrolHasAnEnd) {
  Given account = reset_account();
  account.after(Duration{hours(72).us - 1});
  EXPECT_TRUE(account.does(log_in(right_password())).answer<LoginPending>().enrols);
  StartEnrolment enrol;
  enrol.account = kAccount;
  enrol.by = LoginRef{kLogin, Listener::Public};
  enrol.caller = from(kHome);
  enrol.enrolment = kOtherEnrolment;
  enrol.method = Method::Totp;
  enrol.password = right_password();
  enrol.totp_secret.emplace("JBSWY3DPEHPK3PXP");
  account.when(enrol).accepted();
  account.after(Duration{1});
  account.when(enrol).then().refused(Refusal::TokenOver);
  EXPECT_EQ(live_login(account.state(), {kLogin, Listener::Public}, account.now()), nullptr);
  LoginRefused refused;
  refused.reason = LoginRefusal::ResetOver;
  refused.network = kHome;
  account.when(log_in(right_password())).then(refused).refused(Refusal::ResetOver);
  // A wrong password still hears nothing of it.
  account.when(log_in(wrong_password())).refused(Refusal::CredentialsRejected);
  account.does(request(kAnna, kOtherReset)).accepted();
  EXPECT_TRUE(account.when(log_in(right_password())).answer<LoginPending>().enrols);
}

}  // namespace
}  // namespace tweestap::tests
