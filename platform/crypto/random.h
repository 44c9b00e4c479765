#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>

#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::platform {

/// Where random bytes come from. An interface, so that a test can show what happens without randomness (OTP-1).
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  /// Fills all of `room` or fails (Unavailable); after a failure its content must not be used.
  /// Thread rule: implementations may be called from many threads at once.
  [[nodiscard]] virtual std::expected<void, Failure> fill(std::span<std::uint8_t> room) = 0;
};

/// The operating system's generator (`getrandom`), which never repeats after a fork or a snapshot of user memory.
class SystemRandom final : public RandomSource {
 public:
  [[nodiscard]] std::expected<void, Failure> fill(std::span<std::uint8_t> room) override;
};

/// N random bytes.
template <std::size_t N>
[[nodiscard]] std::expected<std::array<std::uint8_t, N>, Failure> draw_bytes(RandomSource& random) {
  std::array<std::uint8_t, N> bytes{};
  if (auto filled = random.fill(bytes); !filled) return std::unexpected(std::move(filled.error()));
  return bytes;
}

/// A secret of `size` random bytes.
[[nodiscard]] std::expected<Secret, Failure> draw_secret(RandomSource& random, std::size_t size);

/// A uniform integer in 0..bound-1 by rejection, without the bias of a remainder (OTP-1). `bound` 0 is a bug. A source
/// that is rejected 128 times in a row (chance below 2^-128) is broken: Unavailable.
[[nodiscard]] std::expected<std::uint32_t, Failure> draw_below(RandomSource& random, std::uint32_t bound);

}  // namespace tweestap::platform
