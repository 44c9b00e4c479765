#pragma once
// The fold of a stream: total over the stream's events, without a decision, a clock or a failure. What happened,
// happened.
#include "domain/account_state.h"
#include "domain/all_events.h"

namespace tweestap::domain {

/// Where in the log an event stands.
struct At {
  std::uint64_t position = 0;
  std::uint64_t version = 0;
  Time time;
  Actor actor{};
};

/// Applies one event of an account's stream. False: the event does not belong into such a stream, which is damage.
[[nodiscard]] bool fold(AccountState& state, const Event& event, const At& at);

/// Applies one event of the policy's stream, likewise.
[[nodiscard]] bool fold(PolicyState& state, const Event& event, const At& at);

// One overload for each event of an account's stream; a missing one does not compile. Each stands in its group's
// evolve.cpp.
void evolve(AccountState&, const AccountRegistered&, const At&);
void evolve(AccountState&, const PasswordChanged&, const At&);
void evolve(AccountState&, const PasswordRehashed&, const At&);
void evolve(AccountState&, const ProfileChanged&, const At&);
void evolve(AccountState&, const MandatoryFromChanged&, const At&);
void evolve(AccountState&, const AccountDisabled&, const At&);
void evolve(AccountState&, const AccountEnabled&, const At&);
void evolve(AccountState&, const PasswordRejected&, const At&);
void evolve(AccountState&, const LoginStarted&, const At&);
void evolve(AccountState&, const CodeRejected&, const At&);
void evolve(AccountState&, const RecoveryCodeRejected&, const At&);
void evolve(AccountState&, const LoginCompleted&, const At&);
void evolve(AccountState&, const LoginRefused&, const At&);
void evolve(AccountState&, const LoginAbandoned&, const At&);
void evolve(AccountState&, const EnrolmentStarted&, const At&);
void evolve(AccountState&, const EnrolmentCodeRejected&, const At&);
void evolve(AccountState&, const EnrolmentCancelled&, const At&);
void evolve(AccountState&, const TwoStepEnabled&, const At&);
void evolve(AccountState&, const TwoStepMethodChanged&, const At&);
void evolve(AccountState&, const TwoStepDisabled&, const At&);
void evolve(AccountState&, const EnrolmentDeferred&, const At&);
void evolve(AccountState&, const RecoveryCodesGenerated&, const At&);
void evolve(AccountState&, const RecoveryCodesAcknowledged&, const At&);
void evolve(AccountState&, const RecoveryCodeUsed&, const At&);
void evolve(AccountState&, const SecondStepLocked&, const At&);
void evolve(AccountState&, const SecondStepUnlocked&, const At&);
void evolve(AccountState&, const SessionSteppedUp&, const At&);
void evolve(AccountState&, const SessionUsed&, const At&);
void evolve(AccountState&, const StepUpRejected&, const At&);
void evolve(AccountState&, const SessionEnded&, const At&);
void evolve(AccountState&, const EnrolmentPhoneChanged&, const At&);
void evolve(AccountState&, const TwoStepImported&, const At&);
void evolve(AccountState&, const SmsCodeIssued&, const At&);
void evolve(AccountState&, const SmsCodeResent&, const At&);
void evolve(AccountState&, const SmsCodeRefused&, const At&);
void evolve(AccountState&, const SmsCodeDelivered&, const At&);
void evolve(AccountState&, const SmsCodeDeliveryFailed&, const At&);
void evolve(AccountState&, const RememberDurationChanged&, const At&);
void evolve(AccountState&, const DeviceRemembered&, const At&);
void evolve(AccountState&, const DeviceUsed&, const At&);
void evolve(AccountState&, const DeviceForgotten&, const At&);
void evolve(AccountState&, const DeviceTheftSuspected&, const At&);
void evolve(AccountState&, const ResetRequested&, const At&);
void evolve(AccountState&, const ResetApproved&, const At&);
void evolve(AccountState&, const ResetDenied&, const At&);
void evolve(AccountState&, const ResetCancelled&, const At&);
void evolve(AccountState&, const TwoStepReset&, const At&);
void evolve(AccountState&, const AppDeviceBound&, const At&);
void evolve(AccountState&, const AppPinRejected&, const At&);
void evolve(AccountState&, const AppDeviceLocked&, const At&);
void evolve(AccountState&, const AppDeviceUnbound&, const At&);
void evolve(AccountState&, const NoticeSent&, const At&);
void evolve(AccountState&, const NoticeFailed&, const At&);

/// An enrolment is over; its id is known a while longer, so that the person hears "ended" and not "unknown".
void end_enrolment(AccountState& state);

/// A code by SMS counted: notes that of the number of two-step (rule SMS-2). Nothing where two-step has no number.
void confirm_number(AccountState& state, Time at);

/// The device may no longer skip the second step.
void forget_device(AccountState& state, const DeviceId& device);

/// Notes that this account owes itself to somebody (rule ADM-1).
void owe_to(AccountState& state, const Actor& actor);

/// Ends everything that rule SES-2 lists, but one session. The only place where that list is written.
void void_everything_else(AccountState& state, const SessionId* survivor, const At& at);

}  // namespace tweestap::domain
