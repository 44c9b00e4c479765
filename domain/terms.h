#pragma once
// The field's words that several groups use, each with the names it has on the wire.
#include <array>
#include <cstdint>
#include <string_view>

#include "domain/describe.h"

namespace tweestap::domain {

/// How a person receives codes.
enum class Method : std::uint8_t { Totp, Sms };
template <>
inline constexpr auto kNames<Method> = std::to_array<std::string_view>({"totp", "sms"});

/// Which front door a request came through.
enum class Listener : std::uint8_t { Public, Staff };
template <>
inline constexpr auto kNames<Listener> = std::to_array<std::string_view>({"public", "staff"});

/// What an account may do. Everything but Person is a staff role.
enum class Role : std::uint8_t { Person, Helpdesk, Admin, Auditor };
template <>
inline constexpr auto kNames<Role> = std::to_array<std::string_view>({"person", "helpdesk", "admin", "auditor"});

constexpr bool is_staff(SetOf<Role> roles) {
  return roles.has(Role::Helpdesk) || roles.has(Role::Admin) || roles.has(Role::Auditor);
}

/// What a machine client may do.
enum class KeyRole : std::uint8_t { Admin, Helpdesk, Auditor, Frontend, Stream };
template <>
inline constexpr auto kNames<KeyRole> = std::to_array<std::string_view>({"admin", "helpdesk", "auditor", "frontend",
                                                                         "stream"});

/// How a session was obtained (RFC 8176 where it has a word: pwd, otp, sms, hwk, pin).
enum class Amr : std::uint8_t { Password, Otp, Sms, Recovery, HardwareKey, Pin };
template <>
inline constexpr auto kNames<Amr> = std::to_array<std::string_view>({"pwd", "otp", "sms", "recovery", "hwk", "pin"});

constexpr Amr amr_of(Method method) { return method == Method::Totp ? Amr::Otp : Amr::Sms; }

/// How long a remembered device may skip the second step.
enum class Remember : std::uint8_t { Never, TwelveHours, ThreeDays, OneWeek };
template <>
inline constexpr auto kNames<Remember> = std::to_array<std::string_view>({"never", "12h", "3d", "1w"});

/// How long that is; zero for never.
constexpr std::int64_t hours_of(Remember duration) {
  constexpr std::int64_t kHours[] = {0, 12, 72, 168};
  return kHours[static_cast<std::size_t>(duration)];
}

/// What a code by SMS is for: it counts for nothing else (rule OTP-4).
enum class SmsPurpose : std::uint8_t { Login, Enrolment, StepUp };
template <>
inline constexpr auto kNames<SmsPurpose> = std::to_array<std::string_view>({"login", "enrolment", "step_up"});

/// Why no SMS was sent (rule SMS-2).
enum class SmsRefusal : std::uint8_t { BudgetNumber, BudgetAccount, BudgetNetwork, BudgetTotal, Country, Off };
template <>
inline constexpr auto kNames<SmsRefusal> = std::to_array<std::string_view>({"budget_number", "budget_account",
                                                                            "budget_network", "budget_total", "country",
                                                                            "off"});

/// Why a code did not count.
enum class CodeReason : std::uint8_t { Wrong, Replayed, Expired };
template <>
inline constexpr auto kNames<CodeReason> = std::to_array<std::string_view>({"wrong", "replayed", "expired"});

/// Why a password did not count. Known only to the log: the caller hears the same of each.
enum class PasswordReason : std::uint8_t { Wrong, NoPassword, UnknownIdentifier };
template <>
inline constexpr auto kNames<PasswordReason> = std::to_array<std::string_view>({"wrong", "no_password",
                                                                                "unknown_identifier"});

/// Why a login got no further although the password was not the trouble.
enum class LoginRefusal : std::uint8_t { Disabled, ResetOver, Locked, Throttled, NotStaff };
template <>
inline constexpr auto kNames<LoginRefusal> = std::to_array<std::string_view>({"disabled", "reset_over", "locked",
                                                                              "throttled", "not_staff"});

/// Why something that was open came to its end before its time.
enum class EndReason : std::uint8_t {
  Left,              // the person logged out, cancelled, went away
  Replaced,          // a newer one took its place
  Limit,             // one too many of them
  TooManyTries,      // five wrong codes of an enrolment
  TwoStepChanged,    // the owner switched two-step off while a reset waited
  Forgotten,         // the owner forgot a device, or unbound a phone
  RememberChanged,   // a shorter duration, or never
  WrongPasswords,    // ten in a row with a device's token
  Theft,             // an earlier token of a device was used
  SecondStepPassed,  // whoever was to be reset can still log in
};
template <>
inline constexpr auto kNames<EndReason> =
    std::to_array<std::string_view>({"left", "replaced", "limit", "too_many_tries", "two_step_changed", "forgotten",
                                     "remember_changed", "wrong_passwords", "theft", "second_step_passed"});

/// Who opened a lock.
enum class UnlockedBy : std::uint8_t { RecoveryCode, Staff };
template <>
inline constexpr auto kNames<UnlockedBy> = std::to_array<std::string_view>({"recovery_code", "staff"});

// Bounds of what people and programs write, in bytes of UTF-8.
inline constexpr Max kIdentifierMax{254};   // RFC 5321, section 4.5.3.1.3, without the angle brackets
inline constexpr Max kDisplayNameMax{400};  // 100 code points
inline constexpr Max kLanguageMax{8};
inline constexpr Max kAddressMax{45};      // an IPv6 address with an embedded IPv4 one
inline constexpr Max kUserAgentMax{512};   // longer ones are cut where they come in
inline constexpr Max kReasonMax{2000};     // 500 code points
inline constexpr Max kKeyNameMax{400};     // 100 code points
inline constexpr Max kVerifierMax{512};    // a PHC string
inline constexpr Max kTotpSecretMax{128};  // base32
inline constexpr Max kRecoverySetMax{1024};
inline constexpr Max kPhoneMax{16};   // E.164: a plus sign and at most 15 digits
inline constexpr Max kCountryMax{2};  // ISO 3166-1 alpha-2
inline constexpr Max kDeviceNameMax{100};
inline constexpr Max kAppKeysMax{256};    // two P-256 points, base64url
inline constexpr Max kGatewayMax{40};     // a gateway's name in the settings
inline constexpr Max kReferenceMax{100};  // what a gateway calls a message
inline constexpr Max kTroubleMax{200};    // what went wrong at a gateway, in our words

}  // namespace tweestap::domain
