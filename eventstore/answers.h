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

/// How long an answer is kept where nothing else is said.
inline constexpr domain::Duration kAnswerKept = domain::hours(24);

/// Finds the answer of a request: HMAC-SHA-256 under the ring's answers key. Reveals nothing of what went in. Any
/// thread, as everything here.
[[nodiscard]] platform::Digest answer_hash(const platform::Secret& answers_key, const AnsweredRequest& request);

/// The key in the family `answers`: the day of `at` since 1970 (u32, big-endian), then the hash. A reader looks at
/// today and at yesterday; whole days are dropped, oldest first.
[[nodiscard]] std::string answer_record_key(domain::Time at, const platform::Digest& hash);

/// What this request's answer is sealed under: HKDF-SHA-256 of the ring's answers key, the credential and the
/// Idempotency-Key, of which the last two are stored nowhere. Derived by the calling thread.
[[nodiscard]] platform::Secret answer_sealing_key(const platform::Secret& answers_key, const AnsweredRequest& request);

/// What a kept answer says beside the answer itself.
struct AnswerSeal {
  std::uint32_t key_version = 0;  // of the ring's answers key
  domain::Time ends_at;
  platform::Digest body_hash{};  // sealed; another body under the same Idempotency-Key is a conflict
};

/// The value in the family `answers`: format byte, key version (u32), end (u64, µs; both big-endian), nonce, sealed
/// {body hash, answer}. Fast enough for the committer. Unavailable without randomness.
[[nodiscard]] std::expected<std::string, platform::Failure> seal_answer(const platform::Secret& sealing_key,
                                                                        const AnswerSeal& seal, std::string_view answer,
                                                                        platform::RandomSource& random);

struct OpenedAnswer {
  AnswerSeal seal;
  platform::Secret answer;
};

/// What seal_answer() was given; Damaged where key or value differ. Does not look at the end.
[[nodiscard]] std::expected<OpenedAnswer, platform::Failure> open_answer(const platform::Secret& sealing_key,
                                                                         std::string_view value);

/// Key version and end of a kept answer, without opening it; nothing where the value is none.
struct AnswerHead {
  std::uint32_t key_version = 0;
  domain::Time ends_at;
};
[[nodiscard]] std::optional<AnswerHead> answer_head(std::string_view value) noexcept;

}  // namespace tweestap::eventstore
