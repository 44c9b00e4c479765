#pragma once
// Kept answers: who repeats a command with the same Idempotency-Key hears the first answer again. Answers can hold
// tokens and recovery codes, so they are sealed under a key that only the one who repeats can help to derive.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "domain/time.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// What makes two requests the same one.
struct AnsweredRequest {
  std::string_view route;            // method and pattern, as the route table has it
  std::string_view credential;       // the token; where a request has none, its body
  std::string_view idempotency_key;  // 1 to 64 of 0x21..0x7e
};

/// How long an answer is kept at most (http-api.md).
inline constexpr domain::Duration kAnswerKept = domain::hours(24);

/// Finds the answer of a request: HMAC-SHA-256 under the ring's answers key. Reveals nothing of what went in.
[[nodiscard]] platform::Digest answer_hash(const platform::Secret& answers_key, const AnsweredRequest& request);

/// The key in the family `answers`: the day of `at` since 1970 (u32, big-endian), then the hash. A reader looks at
/// today and at yesterday; whole days are dropped, oldest first.
[[nodiscard]] std::string answer_record_key(domain::Time at, const platform::Digest& hash);

/// What was kept.
struct KeptAnswer {
  domain::Time ends_at;
  platform::Digest body_hash{};  // another body with the same key is a conflict
  platform::Secret answer;
};

/// The value in the family `answers`: format byte, end (u64, big-endian, µs), nonce, sealed {body hash, answer}.
/// Unavailable without randomness. Any thread.
[[nodiscard]] std::expected<std::string, platform::Failure> seal_answer(const platform::Secret& answers_key,
                                                                        const AnsweredRequest& request,
                                                                        const KeptAnswer& kept,
                                                                        platform::RandomSource& random);

/// What seal_answer() was given, for the same request; Damaged otherwise. Does not look at the end.
[[nodiscard]] std::expected<KeptAnswer, platform::Failure> open_answer(const platform::Secret& answers_key,
                                                                       const AnsweredRequest& request,
                                                                       std::string_view value);

/// The end of a kept answer, without opening it; nothing where the value is none.
[[nodiscard]] std::optional<domain::Time> answer_end(std::string_view value) noexcept;

}  // namespace tweestap::eventstore
