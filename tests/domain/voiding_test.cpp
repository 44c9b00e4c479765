// What a change of the password, of two-step or of the account ends: one list, whatever brought it about (rule SES-2).
#include <functional>
#include <string_view>
#include <vector>

#include "domain/account/account.h"
#include "domain/enrolment/enrolment.h"
#include "domain/reset/reset.h"
#include "tests/domain/sms_steps.h"
#include "tests/support/given.h"

namespace tweestap::tests {
namespace {

using namespace domain;

// A new number, or the first one, up to its code: nothing of SES-2 ends before that counts.
void begins_by_sms(Given& account) {
  StartEnrolment command = start_sms();
  command.enrolment = kOtherEnrolment;
  command.phone = NewPhone{"+31687654321", kOtherNumber, "NL"};
  account.rules.sms_available = true;
  account.does(command).accepted();
}
void completes_by_sms(Given& account) {
  SubmitEnrolmentCode command = enrolment_code(true);
  command.enrolment = kOtherEnrolment;
  command.set = NewRecoverySet{SecretText{"new"}, 1};
  account.does(command).accepted();
}

Given enrolled_by_app() { return enrolled(); }
// Codes that nothing uses yet, so that there is one of everything here too.
Given not_enrolled() { return Given{registered(), RecoveryCodesGenerated{6, 1, SecretText{"verifiers"}}}; }

// SES-2: what each of its causes ends, and what it leaves. The causes as people and staff bring them about.
struct Cause {
  std::string_view name;
  bool keeps_own_session;
  bool voids_recovery_codes;
  Given (*account)();
  std::function<void(Given&)> begins;  // what comes before and ends nothing; may be empty
  std::function<void(Given&)> happens;
};

const std::vector<Cause>& causes() {
  static const std::vector<Cause> all{
      {"password change",
       true,
       false,
       enrolled_by_app,
       {},
       [](Given& account) {
         account
             .does(ChangePassword{kAccount, session_ref(), from(kHome), kFreshToken, right_password(),
                                  NewVerifier{SecretText{"new"}, 2}})
             .accepted();
       }},
      {"method change", true, true, enrolled_by_app, begins_by_sms, completes_by_sms},
      {"number change", true, true, enrolled_by_sms, begins_by_sms, completes_by_sms},
      {"two-step off",
       true,
       true,
       enrolled_by_app,
       {},
       [](Given& account) {
         account.does(DisableTwoStep{kAccount, session_ref(), from(kHome), right_password()}).accepted();
       }},
      {"reset",
       false,
       true,
       enrolled_by_app,
       {},
       [](Given& account) {
         account.does(RequestReset{kAccount, kReset, kAnna, false, "lost the phone"}).accepted();
       }},
      {"account disabled",
       false,
       false,
       enrolled_by_app,
       {},
       [](Given& account) {
         account.does(DisableAccount{kAccount, kAnna, "left"}).accepted();
       }},
      {"two-step on", true, true, not_enrolled, begins_by_sms, completes_by_sms},
  };
  return all;
}

// An account with one of everything that SES-2 names, and two sessions.
Given with_everything(Given account) {
  account.happened(session_opened({Amr::Password, Amr::Otp}))
      .happened(session_opened({Amr::Password, Amr::Otp}, kOtherSession));
  SmsCodeIssued step_up;
  step_up.challenge = ChallengeId{id_bytes<0x31>()};
  step_up.purpose = SmsPurpose::StepUp;
  step_up.session = kSession;
  step_up.expires_at = kStart + minutes(10);
  SmsCodeIssued login = step_up;
  login.challenge = ChallengeId{id_bytes<0x32>()};
  login.purpose = SmsPurpose::Login;
  login.session.reset();
  login.login = kLogin;
  SmsCodeIssued enrolment = step_up;
  enrolment.challenge = ChallengeId{id_bytes<0x33>()};
  enrolment.purpose = SmsPurpose::Enrolment;
  enrolment.session.reset();
  enrolment.enrolment = kEnrolment;
  account.happened(std::move(step_up)).happened(login_started()).happened(std::move(login));
  account.happened(enrolment_started()).happened(std::move(enrolment));
  account.happened(DeviceRemembered{DeviceId{id_bytes<0x41>()}, kSession, kFreshToken, kStart + hours(12), {}, {}});
  account.happened(AppDeviceBound{AppDeviceId{id_bytes<0x42>()}, kSession, "phone", SecretText{"keys"}});
  return account;
}

TEST(SES_2, EachCauseEndsEverythingOfTheListInTheSameBatch) {
  for (const Cause& cause : causes()) {
    Given account = with_everything(cause.account());
    if (cause.begins) cause.begins(account);
    const AccountState& state = account.state();
    ASSERT_EQ(state.sessions.size(), 2U) << cause.name;
    ASSERT_TRUE(state.sessions[0].sms && state.logins.at(0).sms && state.enrolment->sms) << cause.name;
    ASSERT_TRUE(state.recovery && state.devices.size() == 1 && state.app_devices.size() == 1) << cause.name;
    const std::uint64_t before = account.position();
    cause.happens(account);
    ASSERT_EQ(state.sessions.size(), cause.keeps_own_session ? 1U : 0U) << cause.name;
    for (const Session& session : state.sessions) {
      EXPECT_EQ(session.id, kSession) << cause.name;
      EXPECT_FALSE(session.sms) << cause.name << ": a step-up's code lives on";
    }
    EXPECT_TRUE(state.logins.empty()) << cause.name;
    EXPECT_FALSE(state.enrolment) << cause.name;
    EXPECT_TRUE(state.devices.empty()) << cause.name;
    EXPECT_TRUE(state.app_devices.empty()) << cause.name;
    const bool old_codes = state.recovery && state.recovery->position <= before;
    EXPECT_EQ(old_codes, !cause.voids_recovery_codes) << cause.name;
    EXPECT_GT(state.answers_void_before, before) << cause.name << ": answers from before are still kept";
  }
}

}  // namespace
}  // namespace tweestap::tests
