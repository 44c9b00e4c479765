#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "platform/bytes.h"
#include "platform/failure.h"

namespace tweestap::platform {

inline constexpr std::size_t kEs256SignatureBytes = 64;  // r and s of 32 bytes each: RFC 7518, 3.4

/// The public half of a P-256 key, as a phone hands it in: a point of the curve, and never the point at infinity, so
/// that a signature by it can be checked. Whoever holds an object holds a valid key. Thread rule: as a plain value.
class Es256PublicKey {
 public:
  /// As it is stored: x and y, big-endian, 32 bytes each.
  using Coordinates = std::array<std::uint8_t, 64>;

  /// From the members `x` and `y` of a JWK (RFC 7518, 6.2.1): base64url of exactly 32 bytes each. Invalid where they
  /// are not, where a coordinate is not below the prime of the field, and where the point is not on the curve: a
  /// signature by a point elsewhere could be forged by whoever chose it.
  [[nodiscard]] static std::expected<Es256PublicKey, Failure> from_jwk(std::string_view x, std::string_view y);
  /// From the stored form, judged as strictly. Invalid also where it has not 64 bytes.
  [[nodiscard]] static std::expected<Es256PublicKey, Failure> from_bytes(Bytes stored);

  [[nodiscard]] const Coordinates& bytes() const noexcept { return coordinates_; }

  /// Public values: no need to compare them in constant time.
  bool operator==(const Es256PublicKey&) const = default;

 private:
  explicit Es256PublicKey(const Coordinates& coordinates) : coordinates_(coordinates) {}

  Coordinates coordinates_{};
};

/// Whether `signature` is an ES256 signature of `message` by the key (RFC 7518, 3.4: ECDSA with P-256 and SHA-256):
/// exactly 64 bytes, r and s, both from 1 to the order of the curve minus 1. Everything else is no signature. Of one
/// signature (r, s) anybody can make a second valid one, (r, n - s): a signature says who signed and never whether this
/// was seen before, which is what challenge and sequence number are for. About 0.1 ms. Any thread.
[[nodiscard]] bool verify_es256(const Es256PublicKey& key, Bytes message, Bytes signature);

}  // namespace tweestap::platform
