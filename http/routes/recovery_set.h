#pragma once
// A new set of recovery codes on its way: drawn once for a request, whatever the committer makes of it.
#include <array>
#include <expected>
#include <memory>

#include "domain/recovery/recovery.h"
#include "http/evidence.h"
#include "http/json_writer.h"
#include "http/problem.h"
#include "http/services.h"

namespace tweestap::http {

using RecoveryCodes = std::array<platform::Secret, domain::kRecoveryCodesPerSet>;

/// `"recovery_codes":[…]`.
void write_recovery_codes(JsonWriter& json, const RecoveryCodes& codes);

/// Used by one thread, but for codes().
class RecoverySetOnOffer {
 public:
  explicit RecoverySetOnOffer(const Services& services) : services_(services) {}

  /// The set for a command; six slow hashes at the first call.
  [[nodiscard]] std::expected<domain::NewRecoverySet, Problem> set();
  /// The codes as they are shown: filled by set(), and so before an answer can need them.
  [[nodiscard]] std::shared_ptr<const RecoveryCodes> codes() const { return codes_; }

 private:
  const Services& services_;
  std::shared_ptr<RecoveryCodes> codes_ = std::make_shared<RecoveryCodes>();
  std::optional<domain::NewRecoverySet> set_;
};

}  // namespace tweestap::http
