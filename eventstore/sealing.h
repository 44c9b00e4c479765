#pragma once
// Sealing what an event must not show: AES-256-GCM under a data key of its subject, bound to its place (KEY-1).
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "eventstore/event_codec.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// The data keys of one subject: one a class, made together and known by one generation.
struct SubjectKeys {
  std::uint32_t generation = 0;
  platform::Secret personal;
  platform::Secret secret;

  [[nodiscard]] const platform::Secret& of(SealedClass sealed) const {
    return sealed == SealedClass::Personal ? personal : secret;
  }
};

/// Where a sealed value belongs. A value opens at its own place only.
struct SealedPlace {
  domain::LogId log;
  std::uint64_t position = 0;
  domain::Subject subject;
  std::string_view type;
  std::uint32_t schema_version = 0;
};

/// The value of the family `sealed`: format byte, key generation (u32, big-endian), nonce (12 bytes), ciphertext, tag
/// (16 bytes). The nonce is drawn here, so that no caller can use one twice; Unavailable without randomness. Any
/// thread.
[[nodiscard]] std::expected<std::string, Failure> seal(const SubjectKeys& keys, const SealedPlace& place,
                                                       SealedClass sealed, const platform::Secret& members,
                                                       platform::RandomSource& random);

/// What seal() was given. Damaged where anything differs: key, generation, place, class, or a bit of the value.
[[nodiscard]] std::expected<platform::Secret, Failure> open_sealed(const SubjectKeys& keys, const SealedPlace& place,
                                                                   SealedClass sealed, std::string_view value);

/// What the envelope commits to: SHA-256 of the whole value, as it is kept.
[[nodiscard]] platform::Digest sealed_digest(std::string_view value) noexcept;

}  // namespace tweestap::eventstore
