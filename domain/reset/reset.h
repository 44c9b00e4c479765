#pragma once
// The organisation resets two-step of somebody who lost the phone and the recovery codes (rule ADM-1).
#include <optional>
#include <string>

#include "domain/decision.h"

namespace tweestap::domain {

/// Staff ask for a reset. Without four eyes it is done at once; under four eyes it waits for a second person.
struct RequestReset {
  AccountId account;
  ResetId reset;  // drawn by the caller
  Actor actor;
  bool by_admin_session = false;  // an account with a staff role is reset only so, and never by itself
  std::string reason;
};

/// A second person says yes or no to a reset that waits.
struct DecideReset {
  AccountId account;  // whose two-step it is
  ResetId reset;
  Actor actor;
  bool by_admin_session = false;
  bool approves = false;
  std::optional<std::string> reason;
};

/// The reset that waits for this account, if one does: nobody can approve it any more from its end on.
[[nodiscard]] const PendingReset* waiting_reset(const AccountState& state, Time now);

/// Whoever passes the second step does not need the reset that waits, and may not have been the one who asked for it:
/// adds the event that ends it, if one waits.
void cancel_reset(const AccountState& state, EndReason why, Time now, Events& events);

[[nodiscard]] Decision decide(const AccountState& state, const RequestReset& command, const Context& context);
/// `beholden`: the account of who decides was made, or its two-step reset, by who asked for this reset, or by a key of
/// theirs; such an account could be a second pair of eyes of the same person.
[[nodiscard]] Decision decide(const AccountState& state, const DecideReset& command, bool beholden,
                              const Context& context);

}  // namespace tweestap::domain
