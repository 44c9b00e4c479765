#pragma once
// Logging in: the password first, then the second step.
#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/devices/devices.h"
#include "domain/evidence.h"

namespace tweestap::domain {

/// Somebody typed an identifier and a password. Without an account (or without evidence, where the caller was
/// throttled) it is refused alike, but in the visitor's stream.
struct StartLogin {
  std::optional<AccountId> account;
  LookupHash identifier_hash;
  Caller caller;
  LoginId login;      // drawn by the caller, from the token it hands out if a second step follows
  SessionId session;  // likewise, if none follows
  std::optional<PasswordEvidence> password;
  std::optional<NewChallenge> challenge{};  // where a code may go out by SMS, so after a right password only
  std::optional<PresentedDevice> device{};  // a device token of this account; the staff listener takes none
};

/// A pending login as a request named it, on the front door that it came through.
struct LoginRef {
  LoginId login;
  Listener listener{};
};

struct SubmitCode {
  AccountId account;
  LoginRef login;
  Caller caller;
  SessionId session;
  std::optional<CodeEvidence> code;
  std::optional<NewDevice> remember{};  // the person ticked the box
};
struct SubmitRecoveryCode {
  AccountId account;
  LoginRef login;
  Caller caller;
  SessionId session;
  std::optional<RecoveryEvidence> code;
};
struct AbandonLogin {
  AccountId account;
  LoginRef login;
};

/// Whether a login or session passed the second step: a remembered device skips it, and the app has its own.
constexpr bool passed_second_step(SetOf<Amr> amr) {
  return amr.has(Amr::Otp) || amr.has(Amr::Sms) || amr.has(Amr::Recovery);
}

/// The login, unless it is over or another front door's.
[[nodiscard]] const PendingLogin* live_login(const AccountState& state, const LoginRef& ref, Time now);

/// What the person hears of a pending login.
[[nodiscard]] LoginPending answer_of(const AccountState& state, const PendingLogin& login, const PolicyState& policy,
                                     const Rules& rules, Time now);

/// From when this account has to have two-step: its own date before the organisation's.
[[nodiscard]] std::optional<Time> mandatory_from(const AccountState& state, const PolicyState& policy);
[[nodiscard]] bool is_mandatory(const AccountState& state, const PolicyState& policy, Listener listener, Time now);
/// Whether two-step was reset and the time to enrol again is over.
[[nodiscard]] bool reset_is_over(const AccountState& state, Time now);
[[nodiscard]] Offer offer_of(const AccountState& state, const PolicyState& policy, Time now);

/// Whether the account completed a login from the caller's network lately (rule THR-2).
[[nodiscard]] bool knows_network(const AccountState& state, const Caller& caller, const Rules& rules, Time now);

/// A password asked for again on a session's route: what stands in the way, if anything, with the event it makes.
[[nodiscard]] std::optional<Refused> check_password(const AccountState& state,
                                                    const std::optional<PasswordEvidence>& evidence,
                                                    const Caller& caller, const SessionId* session,
                                                    const Context& context, Events& events);

/// Opens a session: adds what ends (one session too many) and login.completed; gives the session as it will be.
[[nodiscard]] SessionAnswer complete(const AccountId& account, const AccountState& state, LoginCompleted completed,
                                     const Caller& caller, const Context& context, Events& events);

/// `state` is nullptr for an unknown identifier.
[[nodiscard]] Decision decide(const AccountState* state, const StartLogin& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const SubmitCode& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const SubmitRecoveryCode& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const AbandonLogin& command, const Context& context);

}  // namespace tweestap::domain
