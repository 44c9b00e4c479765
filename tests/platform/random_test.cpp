#include "platform/crypto/random.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <vector>

namespace tweestap::platform {
namespace {

class ScriptedRandom final : public RandomSource {
 public:
  explicit ScriptedRandom(std::deque<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  std::expected<void, Failure> fill(std::span<std::uint8_t> room) override {
    for (auto& byte : room) {
      if (bytes_.empty()) return std::unexpected(Failure{Failure::Kind::Unavailable, "no more"});
      byte = bytes_.front();
      bytes_.pop_front();
    }
    return {};
  }

 private:
  std::deque<std::uint8_t> bytes_;
};

class ConstantRandom final : public RandomSource {
 public:
  std::expected<void, Failure> fill(std::span<std::uint8_t> room) override {
    for (auto& byte : room) byte = 0;
    return {};
  }
};

double chi_square(const std::vector<int>& counts, double draws) {
  const double expected = draws / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return sum;
}

TEST(OTP_1, CodesAreUniform) {
  SystemRandom random;
  constexpr int kDraws = 1'000'000;
  std::vector<int> counts(1000);
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t code = draw_below(random, 1'000'000).value();
    ASSERT_LT(code, 1'000'000U);
    ++counts[code / 1000];
  }
  // 999 degrees of freedom: mean 999, deviation 44.7. Six deviations: wrong alarm once in 10^8 runs.
  const double value = chi_square(counts, kDraws);
  EXPECT_LT(value, 999 + 6 * 44.7);
  EXPECT_GT(value, 999 - 6 * 44.7) << "more even than chance";
}

// With a remainder instead of rejection the first third of this range would come twice as often.
TEST(OTP_1, AWideRangeHasNoBias) {
  SystemRandom random;
  constexpr int kDraws = 100'000;
  std::vector<int> counts(3);
  for (int i = 0; i < kDraws; ++i) ++counts[draw_below(random, 0xc0000000U).value() >> 30];
  EXPECT_LT(chi_square(counts, kDraws), 40) << "two degrees of freedom: 10^-8";
}

TEST(OTP_1, WhatWouldBeCountedTwiceIsDrawnAgain) {
  // 2^32 mod 10^6 = 967296: numbers below it are drawn again.
  ScriptedRandom random({0x00, 0x0e, 0xc2, 0x7f, 0x00, 0x0e, 0xc2, 0x80});
  EXPECT_EQ(draw_below(random, 1'000'000).value(), 967'296U);
}

TEST(OTP_1, WithoutRandomnessThereIsNoNumber) {
  ScriptedRandom nothing({});
  EXPECT_EQ(draw_below(nothing, 10).error().kind, Failure::Kind::Unavailable);
  EXPECT_FALSE(draw_bytes<16>(nothing));
  EXPECT_FALSE(draw_secret(nothing, 20));
  ConstantRandom stuck;
  EXPECT_FALSE(draw_below(stuck, 1'000'000)) << "rejected for ever";
}

TEST(DrawBelow, KnowsItsBounds) {
  SystemRandom random;
  EXPECT_EQ(draw_below(random, 1).value(), 0U);
  EXPECT_DEATH(static_cast<void>(draw_below(random, 0)), "below 0");
}

TEST(SystemRandom, GivesWhatWasAskedFor) {
  SystemRandom random;
  EXPECT_NE(draw_bytes<32>(random).value(), draw_bytes<32>(random).value());
  EXPECT_EQ(draw_secret(random, 20)->size(), 20U);
  EXPECT_EQ(draw_secret(random, 0)->size(), 0U);
}

}  // namespace
}  // namespace tweestap::platform
