#pragma once
// What one account's stream folds to: a member per group. Copyable, holds no secret and nothing personal: of sealed
// members it knows the position of the event that has them.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/describe.h"
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/rules.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct Profile {
  std::uint64_t identifier_position = 0;
  std::uint64_t display_name_position = 0;  // 0: none
  LookupHash identifier_hash;
  SetOf<Role> roles;
  std::string language;
  bool disabled = false;
  std::optional<Time> mandatory_from;  // this account's own date

  static constexpr auto fields() {
    return std::tuple{stored(&Profile::identifier_position),
                      stored(&Profile::display_name_position),
                      stored(&Profile::identifier_hash),
                      stored(&Profile::roles),
                      stored(&Profile::language),
                      stored(&Profile::disabled),
                      stored(&Profile::mandatory_from)};
  }
};

struct Password {
  std::uint64_t position = 0;  // of the event that set the verifier; 0: none
  std::uint32_t pepper = 0;

  static constexpr auto fields() { return std::tuple{stored(&Password::position), stored(&Password::pepper)}; }
};

/// A number that codes go to; the number itself is sealed.
struct Phone {
  std::uint64_t position = 0;  // of the event that has it
  LookupHash number_hash;
  std::string country;

  static constexpr auto fields() {
    return std::tuple{stored(&Phone::position), stored(&Phone::number_hash), stored(&Phone::country)};
  }
};

struct TwoStep {
  Method method{};
  std::uint64_t secret_position = 0;
  std::int64_t last_step = 0;  // the last accepted step of this secret; only a later one counts
  Time enabled_at;
  std::optional<Phone> phone;  // of method sms

  static constexpr auto fields() {
    return std::tuple{stored(&TwoStep::method), stored(&TwoStep::secret_position), stored(&TwoStep::last_step),
                      stored(&TwoStep::enabled_at), stored(&TwoStep::phone)};
  }
};

/// A number whose code by SMS counted, and when last (rule SMS-2). No part of two-step: a reset, another method or
/// switching two-step off takes nothing from what is known of a number.
struct ConfirmedNumber {
  LookupHash number_hash;
  Time at;

  static constexpr auto fields() {
    return std::tuple{stored(&ConfirmedNumber::number_hash), stored(&ConfirmedNumber::at)};
  }
};

/// The code by SMS that a login, an enrolment or a step-up waits for.
struct SmsCode {
  ChallengeId challenge;
  std::uint64_t position = 0;  // of sms_code.issued; 0: none was issued, the brake held it back (rule SMS-2)
  std::uint32_t key = 0;       // version of the key that it is derived with
  std::uint32_t failures = 0;  // wrong tries of this code
  std::uint32_t resends = 0;
  Time asked_at;  // when it was sent, or held back, last
  Time expires_at;

  [[nodiscard]] bool was_issued() const { return position != 0; }
  [[nodiscard]] bool is_over(Time now) const { return now >= expires_at; }
  static constexpr auto fields() {
    return std::tuple{stored(&SmsCode::challenge), stored(&SmsCode::position), stored(&SmsCode::key),
                      stored(&SmsCode::failures),  stored(&SmsCode::resends),  stored(&SmsCode::asked_at),
                      stored(&SmsCode::expires_at)};
  }
};

struct RecoverySet {
  std::uint64_t position = 0;
  std::uint32_t unused = 0;  // bit i: code i still counts
  std::uint32_t pepper = 0;
  bool acknowledged = false;

  [[nodiscard]] std::uint32_t left() const { return static_cast<std::uint32_t>(__builtin_popcount(unused)); }
  static constexpr auto fields() {
    return std::tuple{stored(&RecoverySet::position), stored(&RecoverySet::unused), stored(&RecoverySet::pepper),
                      stored(&RecoverySet::acknowledged)};
  }
};

/// Second-step failures in a row, and the lock they led to.
struct Lock {
  std::uint32_t failures = 0;
  std::optional<Time> until;
  bool for_good = false;

  [[nodiscard]] bool holds(Time now) const { return for_good || (until && now < *until); }
  static constexpr auto fields() {
    return std::tuple{stored(&Lock::failures), stored(&Lock::until), stored(&Lock::for_good)};
  }
};

/// Wrong recovery codes in a row from one network; without a network: from all that had no place in the list.
struct RecoveryFailures {
  std::optional<Pseudonym> network;
  std::uint32_t failures = 0;
  Time last_at;

  static constexpr auto fields() {
    return std::tuple{stored(&RecoveryFailures::network), stored(&RecoveryFailures::failures),
                      stored(&RecoveryFailures::last_at)};
  }
};

/// A login that has the password behind it and something before it.
struct PendingLogin {
  LoginId id;  // also the hash of its only token
  Listener listener{};
  bool enrols = false;     // waits for an enrolment, not for a code
  bool lock_told = false;  // this login already has its login.refused {locked}
  Time started_at;
  Time expires_at;
  std::optional<SmsCode> sms;

  [[nodiscard]] bool is_over(Time now) const { return now >= expires_at; }
  static constexpr auto fields() {
    return std::tuple{stored(&PendingLogin::id),         stored(&PendingLogin::listener),
                      stored(&PendingLogin::enrols),     stored(&PendingLogin::lock_told),
                      stored(&PendingLogin::started_at), stored(&PendingLogin::expires_at),
                      stored(&PendingLogin::sms)};
  }
};

struct PendingEnrolment {
  EnrolmentId id;
  Method method{};
  std::uint64_t position = 0;  // of enrolment.started, which has the secret
  std::uint32_t failures = 0;
  Time expires_at;
  std::optional<LoginId> login;
  std::optional<SessionId> session;
  std::optional<Phone> phone;
  std::optional<SmsCode> sms;

  [[nodiscard]] bool is_over(Time now) const { return now >= expires_at; }
  static constexpr auto fields() {
    return std::tuple{
        stored(&PendingEnrolment::id),       stored(&PendingEnrolment::method),     stored(&PendingEnrolment::position),
        stored(&PendingEnrolment::failures), stored(&PendingEnrolment::expires_at), stored(&PendingEnrolment::login),
        stored(&PendingEnrolment::session),  stored(&PendingEnrolment::phone),      stored(&PendingEnrolment::sms)};
  }
};

struct Session {
  SessionId id;
  TokenId token;  // the live one
  Listener listener{};
  SetOf<Amr> amr;
  Time started_at;
  Time expires_at;  // absolute
  std::int64_t idle_seconds = 0;
  Time last_used_at;
  std::optional<Time> second_step_at;
  bool stepped_up = false;         // second_step_at is a step-up's
  std::optional<DeviceId> device;  // the remembered device that let the person in
  std::optional<SmsCode> sms;      // of a step-up

  [[nodiscard]] bool is_over(Time now) const {
    return now >= expires_at || now >= last_used_at + seconds(idle_seconds);
  }
  static constexpr auto fields() {
    return std::tuple{stored(&Session::id),           stored(&Session::token),        stored(&Session::listener),
                      stored(&Session::amr),          stored(&Session::started_at),   stored(&Session::expires_at),
                      stored(&Session::idle_seconds), stored(&Session::last_used_at), stored(&Session::second_step_at),
                      stored(&Session::stepped_up),   stored(&Session::device),       stored(&Session::sms)};
  }
};

/// A device that may skip the second step. Its tokens come in generations: using one of the newest begins the next, and
/// every token handed out until one of that is used belongs to it. The one that was brought last is kept apart, for a
/// browser that never heard the answer; every other earlier one is stale (rule DEV-1).
struct Device {
  DeviceId id;
  std::uint64_t position = 0;    // of device.remembered, which has its name
  std::uint32_t generation = 0;  // whose tokens are live
  std::optional<TokenId> spent;  // what it brought last
  Time rotated_at;               // when the first of the live ones was handed out
  SessionId session;             // the one at whose login it was remembered
  std::uint32_t failures = 0;    // wrong passwords in a row with it
  Time remembered_at;
  Time last_used_at;
  Time until;

  [[nodiscard]] bool is_over(Time now) const { return now >= until; }
  static constexpr auto fields() {
    return std::tuple{stored(&Device::id),       stored(&Device::position),      stored(&Device::generation),
                      stored(&Device::spent),    stored(&Device::rotated_at),    stored(&Device::session),
                      stored(&Device::failures), stored(&Device::remembered_at), stored(&Device::last_used_at),
                      stored(&Device::until)};
  }
};

/// A phone that logs in with a PIN.
struct AppDevice {
  AppDeviceId id;
  std::uint64_t position = 0;  // of app_device.bound, which has its name and its keys
  std::uint64_t sequence = 0;  // logins so far
  std::uint32_t failures = 0;  // wrong PINs in a row
  bool locked = false;
  Time bound_at;
  std::optional<Time> last_used_at;

  static constexpr auto fields() {
    return std::tuple{stored(&AppDevice::id),          stored(&AppDevice::position), stored(&AppDevice::sequence),
                      stored(&AppDevice::failures),    stored(&AppDevice::locked),   stored(&AppDevice::bound_at),
                      stored(&AppDevice::last_used_at)};
  }
};

/// A reset that waits for a second person.
struct PendingReset {
  ResetId id;
  std::uint64_t position = 0;  // of reset.requested, which has the reason
  Actor requested_by;
  Time requested_at;
  Time expires_at;

  [[nodiscard]] bool is_over(Time now) const { return now >= expires_at; }
  static constexpr auto fields() {
    return std::tuple{stored(&PendingReset::id), stored(&PendingReset::position), stored(&PendingReset::requested_by),
                      stored(&PendingReset::requested_at), stored(&PendingReset::expires_at)};
  }
};

struct KnownNetwork {
  Pseudonym network;
  Time last_login_at;

  static constexpr auto fields() {
    return std::tuple{stored(&KnownNetwork::network), stored(&KnownNetwork::last_login_at)};
  }
};

struct AccountState {
  std::uint64_t version = 0;  // of the last event; 0: there is no such account
  Time registered_at;
  Profile profile;
  Password password;
  std::optional<TwoStep> two_step;
  std::optional<RecoverySet> recovery;
  Lock lock;
  std::vector<RecoveryFailures> recovery_failures;
  std::vector<PendingLogin> logins;
  std::optional<PendingEnrolment> enrolment;
  std::vector<EnrolmentId> ended_enrolments;
  std::vector<Session> sessions;
  std::vector<KnownNetwork> known_networks;
  std::optional<Time> deferred_until;
  std::optional<Time> enrol_before;  // two-step was reset: later than this only another reset helps
  std::optional<Remember> remember;  // what the person chose; absent: the organisation's default
  std::vector<Device> devices;
  std::vector<AppDevice> app_devices;
  std::optional<PendingReset> reset;
  /// Who made this account and who reset it: none of them may have it approve a reset of theirs (rule ADM-1).
  std::vector<Actor> beholden_to;
  std::uint64_t answers_void_before = 0;           // answers kept for commands before this position are void (SES-2)
  std::vector<ConfirmedNumber> confirmed_numbers;  // the one that counted last is the last

  [[nodiscard]] bool exists() const { return version != 0; }
  static constexpr auto fields() {
    return std::tuple{stored(&AccountState::version),
                      stored(&AccountState::registered_at),
                      stored(&AccountState::profile),
                      stored(&AccountState::password),
                      stored(&AccountState::two_step),
                      stored(&AccountState::recovery),
                      stored(&AccountState::lock),
                      stored(&AccountState::recovery_failures),
                      stored(&AccountState::logins),
                      stored(&AccountState::enrolment),
                      stored(&AccountState::ended_enrolments),
                      stored(&AccountState::sessions),
                      stored(&AccountState::known_networks),
                      stored(&AccountState::deferred_until),
                      stored(&AccountState::enrol_before),
                      stored(&AccountState::remember),
                      stored(&AccountState::devices),
                      stored(&AccountState::app_devices),
                      stored(&AccountState::reset),
                      stored(&AccountState::beholden_to),
                      stored(&AccountState::answers_void_before),
                      stored(&AccountState::confirmed_numbers)};
  }
};
static_assert(DescribedRow<AccountState> && DescribedRow<Profile> && DescribedRow<Session> &&
                  DescribedRow<PendingLogin> && DescribedRow<PendingEnrolment> && DescribedRow<Lock> &&
                  DescribedRow<TwoStep> && DescribedRow<RecoverySet> && DescribedRow<RecoveryFailures> &&
                  DescribedRow<KnownNetwork> && DescribedRow<Phone> && DescribedRow<SmsCode> && DescribedRow<Device> &&
                  DescribedRow<AppDevice> && DescribedRow<PendingReset> && DescribedRow<ConfirmedNumber>,
              "a member of an account's row is left out of its fields()");

/// The organisation's policy; the defaults are those of the first start.
struct PolicyState {
  std::uint64_t version = 0;
  std::optional<Time> mandatory_from;
  SetOf<Method> methods{Method::Totp, Method::Sms};
  SetOf<Remember> remember_durations{Remember::Never, Remember::TwelveHours, Remember::ThreeDays, Remember::OneWeek};
  bool four_eyes = false;
  std::vector<std::string> sms_countries{"NL"};

  static constexpr auto fields() {
    return std::tuple{stored(&PolicyState::version),   stored(&PolicyState::mandatory_from),
                      stored(&PolicyState::methods),   stored(&PolicyState::remember_durations),
                      stored(&PolicyState::four_eyes), stored(&PolicyState::sms_countries)};
  }
};
static_assert(DescribedRow<PolicyState>, "a member of the policy's row is left out of its fields()");

}  // namespace tweestap::domain
