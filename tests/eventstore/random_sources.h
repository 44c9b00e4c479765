#pragma once
// Sources of randomness that a test can foresee.
#include <cstdint>
#include <span>

#include "platform/crypto/random.h"

namespace tweestap::eventstore::samples {

/// Bytes that are the same in every run, and different in every call.
class CountingRandom final : public platform::RandomSource {
 public:
  std::expected<void, platform::Failure> fill(std::span<std::uint8_t> room) override {
    for (auto& byte : room) {
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<std::uint8_t>(state_ >> 56);
    }
    return {};
  }

 private:
  std::uint64_t state_ = 1;
};

/// A machine without randomness.
class NoRandom final : public platform::RandomSource {
 public:
  std::expected<void, platform::Failure> fill(std::span<std::uint8_t>) override {
    return std::unexpected(platform::Failure{platform::Failure::Kind::Unavailable, "no randomness"});
  }
};

}  // namespace tweestap::eventstore::samples
