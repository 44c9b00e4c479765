#pragma once
// What tests of codes by SMS begin with, ask for and expect.
#include <string>
#include <utility>

#include "domain/sms/sms.h"
#include "tests/support/given.h"

namespace tweestap::tests {

using namespace domain;

inline constexpr NewChallenge kNew{kChallenge, kSmsKey};
inline constexpr NewChallenge kAnother{kOtherChallenge, kSmsKey};

// What a code is for, and the login, enrolment or session that it belongs to.
template <class Event>
void name_place(Event& event, SmsPurpose purpose) {
  event.purpose = purpose;
  if (purpose == SmsPurpose::Login) event.login = kLogin;
  if (purpose == SmsPurpose::Enrolment) event.enrolment = kEnrolment;
  if (purpose == SmsPurpose::StepUp) event.session = kSession;
}

inline SmsCodeIssued issued(SmsPurpose purpose, Time now, ChallengeId challenge = kChallenge,
                            LookupHash number = kNumber) {
  SmsCodeIssued event;
  event.challenge = challenge;
  name_place(event, purpose);
  event.key = kSmsKey;
  event.number_hash = number;
  event.expires_at = now + minutes(10);
  event.network = kHome;
  return event;
}

inline SmsCodeRefused held_back_event(SmsPurpose purpose, SmsRefusal why, LookupHash number = kNumber) {
  SmsCodeRefused event;
  event.reason = why;
  name_place(event, purpose);
  event.number_hash = number;
  event.network = kHome;
  return event;
}

inline LoginStarted started_by_sms(Time now) {
  LoginStarted event = login_started(now);
  event.method = Method::Sms;
  event.network = kHome;
  return event;
}

inline SubmitCode typed(bool right, ChallengeId challenge = kChallenge) {
  return {kAccount, {kLogin, Listener::Public}, from(kHome), kSession, SmsEvidence{challenge, right}};
}

inline ResendLoginCode resend(NewChallenge challenge = kAnother) {
  return {kAccount, {kLogin, Listener::Public}, from(kHome), challenge};
}

// A login that waits for its code, sent at `now`.
inline Given waiting() {
  Given account = enrolled_by_sms();
  account.does(log_in(right_password())).accepted();
  return account;
}

inline StartEnrolment start_sms(std::string country = "NL") {
  StartEnrolment command;
  command.account = kAccount;
  command.by = session_ref();
  command.caller = from(kHome);
  command.enrolment = kEnrolment;
  command.method = Method::Sms;
  command.password = right_password();
  command.phone = NewPhone{"+31612345678", kNumber, std::move(country)};
  command.challenge = kNew;
  return command;
}

inline EnrolmentStarted sms_enrolment_started(Time now) {
  EnrolmentStarted event = enrolment_started(now);
  event.method = Method::Sms;
  event.totp_secret.reset();
  return event;
}

inline SubmitEnrolmentCode enrolment_code(bool right, ChallengeId challenge = kChallenge) {
  SubmitEnrolmentCode command;
  command.account = kAccount;
  command.by = session_ref();
  command.caller = from(kHome);
  command.enrolment = kEnrolment;
  command.fresh_token = kFreshToken;
  command.code = SmsEvidence{challenge, right};
  command.set = NewRecoverySet{SecretText{"verifiers"}, 1};
  return command;
}

inline Given with_gateway(Given account) {
  account.rules.sms_available = true;
  return account;
}

inline Given enrolling_by_sms() {
  Given account = with_gateway(Given{registered(), session_opened()});
  account.does(start_sms()).accepted();
  return account;
}

inline ChangeEnrolmentPhone change_number(std::string country = "NL") {
  return {kAccount, session_ref(), from(kHome), kEnrolment, NewPhone{"+31687654321", kOtherNumber, std::move(country)},
          kAnother};
}

inline Given with_session_by_sms() {
  Given account = enrolled_by_sms();
  account.happened(session_opened({Amr::Password, Amr::Sms}));
  account.after(minutes(6));
  return account;
}
inline const RequestStepUp kAskStepUp{kAccount, session_ref(), from(kHome), kNew};
inline StepUpByCode step_up(bool right, ChallengeId challenge = kChallenge) {
  return {kAccount, session_ref(), from(kHome), kFreshToken, SmsEvidence{challenge, right}};
}

}  // namespace tweestap::tests
