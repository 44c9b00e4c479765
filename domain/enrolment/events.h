#pragma once
// How two-step is switched on, changed and switched off.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct EnrolmentStarted {
  static constexpr EventInfo kInfo{301, "enrolment.started", 1,
                                   "A person, with the password again, asked to receive codes."};
  EnrolmentId enrolment;
  Method method{};
  Time expires_at;
  std::optional<LoginId> login;
  std::optional<SessionId> session;
  std::optional<SecretText> totp_secret;

  static constexpr auto fields() {
    return std::tuple{
        field("enrolment", &EnrolmentStarted::enrolment, Exposure::Public, "which enrolment"),
        field("method", &EnrolmentStarted::method, Exposure::Public, "totp or sms"),
        field("expiresat", &EnrolmentStarted::expires_at, Exposure::Public, "when the enrolment is over"),
        field("login", &EnrolmentStarted::login, Exposure::Public, "the login that has to enrol"),
        field("session", &EnrolmentStarted::session, Exposure::Public, "the session that enrols"),
        field("totpsecret", &EnrolmentStarted::totp_secret, Exposure::Secret, "the app's secret, base32",
              kTotpSecretMax),
    };
  }
};

struct EnrolmentCodeRejected {
  static constexpr EventInfo kInfo{302, "enrolment.code_rejected", 1,
                                   "A code was submitted and did not prove the method."};
  EnrolmentId enrolment;
  Method method{};
  CodeReason reason{};
  std::uint32_t failures = 0;

  static constexpr auto fields() {
    return std::tuple{
        field("enrolment", &EnrolmentCodeRejected::enrolment, Exposure::Public, "which enrolment"),
        field("method", &EnrolmentCodeRejected::method, Exposure::Public, "totp or sms"),
        field("reason", &EnrolmentCodeRejected::reason, Exposure::Public, "wrong, replayed or expired"),
        field("failures", &EnrolmentCodeRejected::failures, Exposure::Public,
              "wrong codes of this enrolment, with this one"),
    };
  }
};

struct EnrolmentCancelled {
  static constexpr EventInfo kInfo{303, "enrolment.cancelled", 1, "An enrolment ended without switching anything on."};
  EnrolmentId enrolment;
  EndReason why{};

  static constexpr auto fields() {
    return std::tuple{
        field("enrolment", &EnrolmentCancelled::enrolment, Exposure::Public, "which enrolment"),
        field("why", &EnrolmentCancelled::why, Exposure::Public, "left, replaced or too_many_tries"),
    };
  }
};

struct TwoStepEnabled {
  static constexpr EventInfo kInfo{304, "two_step.enabled", 1,
                                   "Two-step is on; everything of SES-2 but the session that enrolled ended."};
  EnrolmentId enrolment;
  Method method{};
  std::optional<std::int64_t> step;
  std::optional<SessionId> session;
  std::optional<TokenId> token;

  static constexpr auto fields() {
    return std::tuple{
        field("enrolment", &TwoStepEnabled::enrolment, Exposure::Public, "which enrolment"),
        field("method", &TwoStepEnabled::method, Exposure::Public, "totp or sms"),
        field("step", &TwoStepEnabled::step, Exposure::Public, "the time step of the app's code, now spent (RFC 6238)"),
        field("session", &TwoStepEnabled::session, Exposure::Public, "the session that enrolled; absent at a login"),
        field("token", &TwoStepEnabled::token, Exposure::Public, "that session's fresh token, as a hash"),
    };
  }
};

struct TwoStepMethodChanged {
  static constexpr EventInfo kInfo{305, "two_step.method_changed", 1,
                                   "Another method, secret or number took the place of the old one; everything of "
                                   "SES-2 but the session that enrolled ended."};
  EnrolmentId enrolment;
  Method method{};
  std::optional<std::int64_t> step;
  SessionId session;
  TokenId token;

  static constexpr auto fields() {
    return std::tuple{
        field("enrolment", &TwoStepMethodChanged::enrolment, Exposure::Public, "which enrolment"),
        field("method", &TwoStepMethodChanged::method, Exposure::Public, "the new one"),
        field("step", &TwoStepMethodChanged::step, Exposure::Public,
              "the time step of the app's code, now spent (RFC 6238)"),
        field("session", &TwoStepMethodChanged::session, Exposure::Public, "the session that enrolled"),
        field("token", &TwoStepMethodChanged::token, Exposure::Public, "that session's fresh token, as a hash"),
    };
  }
};

struct TwoStepDisabled {
  static constexpr EventInfo kInfo{306, "two_step.disabled", 1,
                                   "The person switched two-step off; everything of SES-2 but this session ended."};
  SessionId session;

  static constexpr auto fields() {
    return std::tuple{
        field("session", &TwoStepDisabled::session, Exposure::Public, "the session that did it, which goes on")};
  }
};

struct EnrolmentPhoneChanged {
  static constexpr EventInfo kInfo{308, "enrolment.phone_changed", 1,
                                   "The number that an enrolment's codes go to: the first one, or another."};
  EnrolmentId enrolment;
  LookupHash number_hash;
  std::string country;
  std::string phone;

  static constexpr auto fields() {
    return std::tuple{
        field("enrolment", &EnrolmentPhoneChanged::enrolment, Exposure::Public, "which enrolment"),
        field("numberhash", &EnrolmentPhoneChanged::number_hash, Exposure::Public, "keyed hash of the number"),
        field("country", &EnrolmentPhoneChanged::country, Exposure::Public, "ISO 3166-1 code of the number's country",
              kCountryMax),
        field("phone", &EnrolmentPhoneChanged::phone, Exposure::Personal, "the number (E.164)", kPhoneMax),
    };
  }
};

struct TwoStepImported {
  static constexpr EventInfo kInfo{309, "two_step.imported", 1,
                                   "A new account moved here from another system with its second step."};
  Method method{};
  std::optional<std::int64_t> step;
  std::optional<LookupHash> number_hash;
  std::optional<std::string> country;
  std::optional<std::string> phone;
  std::optional<SecretText> secret;

  static constexpr auto fields() {
    return std::tuple{
        field("method", &TwoStepImported::method, Exposure::Public, "totp or sms"),
        field("step", &TwoStepImported::step, Exposure::Public,
              "the last time step that counts as spent: the one before the import (RFC 6238)"),
        field("numberhash", &TwoStepImported::number_hash, Exposure::Public, "keyed hash of the number"),
        field("country", &TwoStepImported::country, Exposure::Public, "ISO 3166-1 code of the number's country",
              kCountryMax),
        field("phone", &TwoStepImported::phone, Exposure::Personal, "the number (E.164)", kPhoneMax),
        field("secret", &TwoStepImported::secret, Exposure::Secret, "the app's secret (base32)", kTotpSecretMax),
    };
  }
};

struct EnrolmentDeferred {
  static constexpr EventInfo kInfo{307, "two_step.enrolment_deferred", 1, "The person said: not now."};
  Time until;

  static constexpr auto fields() {
    return std::tuple{field("until", &EnrolmentDeferred::until, Exposure::Public, "when the offer comes back")};
  }
};

}  // namespace tweestap::domain
