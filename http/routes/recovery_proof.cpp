#include "http/routes/recovery_proof.h"

#include "http/evidence.h"

namespace tweestap::http {

std::expected<std::optional<domain::RecoveryEvidence>, Problem> RecoveryProof::evidence(
    const domain::AccountState& state, const domain::Caller& caller) {
  slot_ = {};
  auto slot = recovery_slot(services_, account_, caller);
  if (!slot) return std::unexpected(std::move(slot.error()));
  slot_ = std::move(*slot);
  if (!slot_.granted()) return std::nullopt;
  auto found = recovery_evidence(services_, state, code_);
  if (!found) return std::unexpected(std::move(found.error()));
  return std::optional{*found};
}

}  // namespace tweestap::http
