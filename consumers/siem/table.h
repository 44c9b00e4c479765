#pragma once
// The one table: what each type of event is to a SIEM. OCSF, ECS, CEF and docs/reference/siem.md grow from it; nothing
// else there knows a type of event. Failure is an attempt that did not get through; what merely happened is a Success.
#include "consumers/siem/row.h"
#include "domain/all_events.h"

namespace tweestap::consumers::siem {

using enum Severity;
using enum Outcome;

inline constexpr Proofs kPassword{{domain::Amr::Password}, {}};
inline constexpr Proofs kSms{{domain::Amr::Sms}, {}};
inline constexpr Proofs kRecovery{{domain::Amr::Recovery}, {}};
inline constexpr Proofs kPin{{domain::Amr::HardwareKey, domain::Amr::Pin}, {}};
inline constexpr Proofs kMethod{{}, "method"};

inline constexpr Entity kPolicy{5, "Policy", {}};
inline constexpr Entity kApiKey{99, "API key", {"apikey"}};
inline constexpr Entity kAccount{2, "User", {"account", "identifierhash"}};

inline constexpr auto kRows = std::to_array<Row>({
    row<domain::AccountRegistered>(kAccountCreate, Informational, Success),
    row<domain::PasswordChanged>(kPasswordChange, Low, Success),
    row<domain::PasswordRehashed>(kAccountNote, Informational, Success),
    row<domain::ProfileChanged>(kAccountChange, Informational, Success),
    row<domain::MandatoryFromChanged>(kAccountChange, Low, Success),
    row<domain::AccountDisabled>(kAccountDisable, Low, Success),
    row<domain::AccountEnabled>(kAccountEnable, Low, Success),

    row<domain::PasswordRejected>(kLogon, Low, Failure, {.proofs = kPassword, .in_session = kAuthentication}),
    row<domain::LoginStarted>(kPreauth, Informational, Success, {.proofs = kPassword}),
    row<domain::CodeRejected>(kLogon, Low, Failure, {.proofs = kMethod}),
    row<domain::RecoveryCodeRejected>(kLogon, Low, Failure, {.proofs = kRecovery, .in_session = kAuthentication}),
    row<domain::LoginCompleted>(kLogon, Informational, Success, {.proofs = {{}, "amr"}}),
    row<domain::LoginRefused>(kLogon, Low, Failure),
    row<domain::LoginAbandoned>(kAuthentication, Informational, Undecided),

    row<domain::SmsCodeIssued>(kAuthentication, Informational, Success, {.proofs = kSms}),
    row<domain::SmsCodeResent>(kAuthentication, Informational, Success, {.proofs = kSms}),
    row<domain::SmsCodeRefused>(kAuthentication, Low, Failure, {.proofs = kSms}),
    row<domain::SmsCodeDelivered>(kAuthentication, Informational, Success, {.proofs = kSms}),
    row<domain::SmsCodeDeliveryFailed>(kAuthentication, Low, Failure, {.proofs = kSms}),

    row<domain::EnrolmentStarted>(kAccountNote, Informational, Success),
    row<domain::EnrolmentPhoneChanged>(kAccountNote, Informational, Success),
    row<domain::EnrolmentCodeRejected>(kAccountNote, Low, Failure),
    row<domain::EnrolmentCancelled>(kAccountNote, Informational, Undecided),
    row<domain::TwoStepEnabled>(kFactorEnable, Low, Success),
    row<domain::TwoStepImported>(kFactorEnable, Informational, Success),
    row<domain::TwoStepMethodChanged>(kFactorEnable, Medium, Success),
    row<domain::TwoStepDisabled>(kFactorDisable, Medium, Success),
    row<domain::EnrolmentDeferred>(kAccountNote, Informational, Success),

    row<domain::RecoveryCodesGenerated>(kFactorEnable, Low, Success),
    row<domain::RecoveryCodesAcknowledged>(kAccountNote, Informational, Success),
    row<domain::RecoveryCodeUsed>(kAuthentication, Medium, Success, {.proofs = kRecovery}),

    row<domain::SecondStepLocked>(kLock, Medium, Success),
    row<domain::SecondStepUnlocked>(kUnlock, Low, Success),

    row<domain::ResetRequested>(kAccountNote, Medium, Success),
    row<domain::ResetApproved>(kAccountNote, Medium, Success),
    row<domain::ResetDenied>(kAccountNote, Medium, Failure),
    row<domain::ResetCancelled>(kAccountNote, Low, Undecided),
    row<domain::TwoStepReset>(kFactorDisable, Medium, Success),

    row<domain::RememberDurationChanged>(kAccountChange, Informational, Success),
    row<domain::DeviceRemembered>(kAccountChange, Informational, Success),
    row<domain::DeviceUsed>(kAuthentication, Informational, Success),
    row<domain::DeviceForgotten>(kAccountChange, Informational, Success),
    row<domain::DeviceTheftSuspected>(kFinding, High, Undecided),

    row<domain::SessionSteppedUp>(kAuthentication, Informational, Success, {.proofs = {{}, "by"}}),
    row<domain::SessionUsed>(kAuthentication, Informational, Success),
    row<domain::StepUpRejected>(kAuthentication, Low, Failure, {.proofs = kMethod}),
    row<domain::SessionEnded>(kLogoff, Informational, Success),

    row<domain::AppDeviceBound>(kFactorEnable, Low, Success),
    row<domain::AppPinRejected>(kLogon, Low, Failure, {.proofs = kPin}),
    row<domain::AppDeviceLocked>(kFactorDisable, Medium, Success),
    row<domain::AppDeviceUnbound>(kFactorDisable, Informational, Success),

    row<domain::NoticeSent>(kUncategorized, Informational, Success),
    row<domain::NoticeFailed>(kUncategorized, Low, Failure),

    row<domain::PolicyChanged>(kPolicyUpdate, Medium, Success, {.entity = kPolicy}),
    row<domain::ApiKeyCreated>(kEntityCreate, Medium, Success, {.entity = kApiKey}),
    row<domain::ApiKeyRevoked>(kEntityDelete, Low, Success, {.entity = kApiKey}),
    row<domain::AuditRead>(kEntityRead, Informational, Success, {.entity = kAccount}),
    row<domain::AlertRaised>(kFinding, High, Undecided),
    row<domain::ServiceStarted>(kServiceStart, Informational, Success),
    row<domain::ClockJumped>(kService, Medium, Success),
});

static_assert(has_one_row_each(kRows, static_cast<const domain::Event*>(nullptr)),
              "an event of domain/all_events.h has no row in consumers/siem/table.h, or two");

/// A type that this version does not know, which may be the alarm of a newer one: it is passed on, uncategorised.
inline constexpr Row kUnknownType{{}, "An event of a type that this version does not know.", kUncategorized};

/// The row of a type, or kUnknownType. Any thread.
[[nodiscard]] constexpr const Row& row_of(std::string_view type) {
  const auto found = std::ranges::find(kRows, type, &Row::type);
  return found != kRows.end() ? *found : kUnknownType;
}

}  // namespace tweestap::consumers::siem
