#pragma once
// How a key lies in the key database: AES-256-GCM under the key-encryption key, bound to the name of its record, so
// that no record can take another's place. Only for eventstore/.
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// Format byte, generation (u32, big-endian), nonce, ciphertext, tag. AAD: format, generation, name. Any thread, as
/// both.
[[nodiscard]] std::expected<std::string, platform::Failure> wrap_key(const platform::Secret& kek, std::string_view name,
                                                                     std::uint32_t generation,
                                                                     const platform::Secret& key,
                                                                     platform::RandomSource& random);

struct UnwrappedKey {
  std::uint32_t generation = 0;
  platform::Secret key;
};
/// The key of exactly `key_bytes` that lies there; Damaged otherwise.
[[nodiscard]] std::expected<UnwrappedKey, platform::Failure> unwrap_key(const platform::Secret& kek,
                                                                        std::string_view name, std::size_t key_bytes,
                                                                        std::string_view value);

/// A record that tells one key-encryption key from another without wrapping anything, and damage from both.
[[nodiscard]] std::string check_record(const platform::Secret& kek);

enum class KekCheck : std::uint8_t { Same, Another, Damaged };
[[nodiscard]] KekCheck check_kek(const platform::Secret& kek, std::string_view record);

}  // namespace tweestap::eventstore
