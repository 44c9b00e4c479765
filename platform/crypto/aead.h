#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <vector>

#include "platform/bytes.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::platform {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;

/// 96 random bits, drawn anew for every sealing (NIST SP 800-38D 8.2.2).
using AeadNonce = std::array<std::uint8_t, kAeadNonceBytes>;

/// AES-256-GCM (NIST SP 800-38D): ciphertext followed by the 16-byte tag. `aad` is bound, not hidden. A key that is not
/// 32 bytes is a bug. Any thread; each has a context of its own, which keeps no key afterwards.
[[nodiscard]] std::vector<std::uint8_t> aead_seal(const Secret& key, const AeadNonce& nonce, Bytes aad,
                                                  Bytes plaintext);

/// The plaintext of what `aead_seal` made, or Damaged where a bit of key, nonce, aad or ciphertext is another.
[[nodiscard]] std::expected<Secret, Failure> aead_open(const Secret& key, const AeadNonce& nonce, Bytes aad,
                                                       Bytes sealed);

}  // namespace tweestap::platform
