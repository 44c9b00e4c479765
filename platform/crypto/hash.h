#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "platform/bytes.h"
#include "platform/crypto/secret.h"

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace tweestap::platform {

/// A SHA-256 or HMAC-SHA-256 value (FIPS 180-4, RFC 2104).
using Digest = std::array<std::uint8_t, 32>;
using Sha1Digest = std::array<std::uint8_t, 20>;
using Sha512Digest = std::array<std::uint8_t, 64>;

/// Hashes of whole values. All functions here may be called from any thread; each thread has contexts of its own.
[[nodiscard]] Digest sha256(Bytes data) noexcept;
[[nodiscard]] Digest sha256(std::string_view data) noexcept;
/// SHA-1: only for lists of breached passwords, which are published so.
[[nodiscard]] Sha1Digest sha1(Bytes data) noexcept;

/// SHA-256 of what arrives in parts. Thread rule: one thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(Bytes data) noexcept;
  Sha256& update(std::string_view data) noexcept;
  /// The digest of everything so far; afterwards the object stands at its beginning again.
  [[nodiscard]] Digest finish() noexcept;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// HMAC (RFC 2104); a key of any length.
[[nodiscard]] Digest hmac_sha256(Bytes key, Bytes data) noexcept;
[[nodiscard]] Digest hmac_sha256(const Secret& key, Bytes data) noexcept;
[[nodiscard]] Digest hmac_sha256(const Secret& key, std::string_view data) noexcept;
[[nodiscard]] Sha1Digest hmac_sha1(Bytes key, Bytes data) noexcept;
[[nodiscard]] Sha512Digest hmac_sha512(Bytes key, Bytes data) noexcept;

/// HKDF with SHA-256 (RFC 5869): `length` bytes (at most 255*32, more is a bug) from key, salt (may be empty) and info,
/// which names the purpose.
[[nodiscard]] Secret hkdf_sha256(Bytes key, Bytes salt, std::string_view info, std::size_t length);

/// Whether both are the same, in a time that depends on the lengths alone (OTP-7).
[[nodiscard]] bool constant_time_equal(Bytes a, Bytes b) noexcept;

}  // namespace tweestap::platform
