#include "platform/crypto/random.h"

#include <sys/random.h>

#include <cerrno>

#include "platform/bug.h"

namespace tweestap::platform {

std::expected<void, Failure> SystemRandom::fill(std::span<std::uint8_t> room) {
  while (!room.empty()) {
    // Without flags: it waits until the kernel's generator has been seeded, once after boot, and never afterwards.
    const ssize_t drawn = ::getrandom(room.data(), room.size(), 0);
    if (drawn < 0 && errno == EINTR) continue;
    if (drawn <= 0) return std::unexpected(Failure{Failure::Kind::Unavailable, "the system gives no random bytes"});
    room = room.subspan(static_cast<std::size_t>(drawn));
  }
  return {};
}

std::expected<Secret, Failure> draw_secret(RandomSource& random, std::size_t size) {
  Secret secret(size);
  if (auto filled = random.fill(secret.writable()); !filled) return std::unexpected(std::move(filled.error()));
  return secret;
}

std::expected<std::uint32_t, Failure> draw_below(RandomSource& random, std::uint32_t bound) {
  if (bound == 0) bug("there is no number below 0");
  // 2^32 mod bound: numbers below it would give the first remainders once more than the last ones.
  const std::uint32_t rejected_below = (0U - bound) % bound;
  constexpr int kDrawsMax = 128;  // each is rejected with a chance below 1/2
  for (int i = 0; i < kDrawsMax; ++i) {
    const auto bytes = draw_bytes<4>(random);
    if (!bytes) return std::unexpected(bytes.error());
    const std::uint32_t drawn = static_cast<std::uint32_t>((*bytes)[0]) << 24 |
                                static_cast<std::uint32_t>((*bytes)[1]) << 16 |
                                static_cast<std::uint32_t>((*bytes)[2]) << 8 | static_cast<std::uint32_t>((*bytes)[3]);
    if (drawn >= rejected_below) return drawn % bound;
  }
  return std::unexpected(Failure{Failure::Kind::Unavailable, "the random source repeats itself"});
}

}  // namespace tweestap::platform
