#include "http/routes/password_proof.h"

#include "http/evidence.h"

namespace tweestap::http {

std::expected<std::optional<domain::PasswordEvidence>, Problem> PasswordProof::evidence(
    const domain::AccountState* account) {
  slot_ = {};  // the one of an earlier computation, before asking for another
  auto slot = password_slot(services_, tried_);
  if (!slot) return std::unexpected(std::move(slot.error()));
  slot_ = std::move(*slot);
  if (!slot_.granted()) return std::nullopt;
  auto found = password_evidence(services_, account, tried_.identifier, password_);
  if (!found) return std::unexpected(std::move(found.error()));
  return std::optional{std::move(*found)};
}

}  // namespace tweestap::http
