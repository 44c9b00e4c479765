#pragma once
// An answer as it is kept under an Idempotency-Key, with what decides whether it may still be heard.
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "domain/account_state.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "http/response.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::http {

/// Answers hold tokens and recovery codes: what is not moved out of `response` is wiped at the end (KEY-3).
struct KeptResponse {
  KeptResponse() = default;
  KeptResponse(KeptResponse&&) = default;
  KeptResponse& operator=(KeptResponse&&) = default;
  ~KeptResponse() { wipe(response); }

  Response response;
  bool ended_token = false;                      ///< this very command ended the token that it came with
  std::optional<domain::AccountId> account;      ///< whose SES-2 makes it void
  std::uint64_t last_position = 0;               ///< of the command's events
  std::optional<domain::EnrolmentId> enrolment;  ///< gone when this enrolment ends
  std::optional<std::uint64_t> recovery_set;     ///< gone when this set is acknowledged or replaced, or at `ends_at`
  std::optional<domain::Time> ends_at;           ///< before its day is over
};

/// Format byte, then the members. A header or a content type that answers of commands do not have is a bug. Any thread.
[[nodiscard]] platform::Secret encode_kept(const KeptResponse& kept);
/// Damaged where the bytes are not exactly what encode_kept() writes.
[[nodiscard]] std::expected<KeptResponse, platform::Failure> decode_kept(std::string_view bytes);

/// Whether it may still be heard. `state`: of kept.account as it is now; nullptr where there is none any more.
[[nodiscard]] bool may_be_heard(const KeptResponse& kept, const domain::AccountState* state, domain::Time now);

}  // namespace tweestap::http
