#pragma once
// The state that stands in a command's way. The front door turns each into an answer in one switch.
#include <cstdint>
#include <optional>

#include "domain/time.h"

namespace tweestap::domain {

enum class Refusal : std::uint8_t {
  Stale,                // the evidence is about a verifier, secret or set that is no longer current: compute it again
  CredentialsRejected,  // the password did not count, or may not be said to have counted
  CodeRejected,         // the code did not count
  Throttled,            // too many failures: wait
  Locked,               // the second step is locked
  TokenOver,            // the login, session or key was once right and is over
  WrongState,           // the login waits for something else
  Forbidden,            // whoever asks may not do this
  StaffListener,        // an account with a staff role changes its second step there
  NeedsAnotherPerson,   // four eyes: whoever asks is no second person
  ResetOver,            // the time to enrol after a reset is over
  StepUpNeeded,         // the session has to pass the second step again first
  NotFound,             // there is no such thing
  NotOpen,              // it was open once, and ended
  NotEnrolled,          // two-step is off
  NoRecoveryCodes,      // two-step is on, and there were no recovery codes yet
  AlreadyEnrolled,      // two-step is on
  Mandatory,            // two-step may not be off
  NothingLocked,        // there is no lock to open
  IdentifierTaken,      // another account has this identifier
  MethodNotAllowed,     // the policy does not allow this way of receiving codes
  SmsOff,               // no gateway is configured, or none for the country of the number
  CodesByApp,           // there is nothing to send: an app makes the codes
  CountryNotAllowed,    // no SMS goes to that country
  CodeSpent,            // the code was sent, or tried, as often as it may be
  NothingChanges,       // the account is already so
  DurationNotAllowed,   // the policy does not allow devices to be remembered that long
  TooManyKeys,          // the bound of machine clients is reached
};

/// A refusal with what the caller may know of it.
struct Refused {
  Refusal why{};
  std::optional<Time> until{};    // Throttled, Locked: when to come back
  bool for_good = false;          // Locked: no time opens it
  bool device_forgotten = false;  // CredentialsRejected: the device token that came along is over from now on
};

}  // namespace tweestap::domain
