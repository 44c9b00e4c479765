#pragma once
// The recovery code that a request brings, tried against the set as it is when the command is made.
#include <expected>
#include <optional>

#include "domain/account_state.h"
#include "domain/caller.h"
#include "domain/evidence.h"
#include "domain/ids.h"
#include "http/problem.h"
#include "http/services.h"
#include "http/throttle_gate.h"
#include "platform/crypto/secret.h"

namespace tweestap::http {

/// Lives as long as its command: it holds the slot until what came of the try is stored. Used by one thread.
class RecoveryProof {
 public:
  /// `code` is canonical and outlives this object.
  RecoveryProof(const Services& services, const domain::AccountId& account, const platform::Secret& code)
      : services_(services), account_(account), code_(code) {}

  /// Takes a slot, then hashes; nothing where the try has to wait, which is asked before any hash.
  [[nodiscard]] std::expected<std::optional<domain::RecoveryEvidence>, Problem> evidence(
      const domain::AccountState& state, const domain::Caller& caller);

 private:
  const Services& services_;
  domain::AccountId account_;
  const platform::Secret& code_;
  ThrottleGate::Slot slot_;
};

}  // namespace tweestap::http
