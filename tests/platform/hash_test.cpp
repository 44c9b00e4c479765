#include "platform/crypto/hash.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/platform/vectors.h"

namespace tweestap::platform {
namespace {

TEST(Sha256, IsFips180) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha1(bytes_of("abc"))), "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST(Sha256, GivesTheSameInParts) {
  Sha256 hash;
  EXPECT_EQ(hash.update("a").update("").update("bc").finish(), sha256("abc"));
  EXPECT_EQ(hash.update("abc").finish(), sha256("abc")) << "it stands at its beginning again";
}

TEST(HmacSha256, Rfc4231) {
  const auto vectors = read_vectors("rfc4231_hmac_sha256.txt");
  ASSERT_EQ(vectors.size(), 4U);
  for (const auto& line : vectors) EXPECT_EQ(to_hex(hmac_sha256(hex(line[0]), hex(line[1]))), line[2]);
}

TEST(HmacSha1, Rfc2202) {
  EXPECT_EQ(to_hex(hmac_sha1(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST(HkdfSha256, Rfc5869) {
  const auto vectors = read_vectors("rfc5869_hkdf_sha256.txt");
  ASSERT_EQ(vectors.size(), 2U);
  for (const auto& line : vectors) {
    const auto info = hex(line[2]);
    const Secret key = hkdf_sha256(hex(line[0]), hex(line[1]), text_of(info), std::stoul(line[3]));
    EXPECT_EQ(to_hex(key.reveal()), line[4]);
  }
}

TEST(ConstantTimeEqual, Compares) {
  EXPECT_TRUE(constant_time_equal({}, {}));
  EXPECT_TRUE(constant_time_equal(bytes_of("abc"), bytes_of("abc")));
  EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(constant_time_equal(bytes_of("abc"), bytes_of("ab")));
}

// A comparison that stops at the first difference would be a thousand times faster here, so a factor of four tells them
// apart on the busiest machine.
TEST(OTP_7, AnEarlyDifferenceTakesAsLongAsALateOne) {
  const std::vector<std::uint8_t> value(1 << 16, 7);
  auto early = value;
  early.front() = 8;
  auto late = value;
  late.back() = 8;
  const auto fastest = [&](const std::vector<std::uint8_t>& other) {
    auto best = std::chrono::nanoseconds::max();
    for (int i = 0; i < 200; ++i) {
      const auto began = std::chrono::steady_clock::now();
      EXPECT_FALSE(constant_time_equal(value, other));
      best = std::min(best, std::chrono::nanoseconds(std::chrono::steady_clock::now() - began));
    }
    return static_cast<double>(best.count());
  };
  EXPECT_LT(fastest(late), 4 * fastest(early));
}

}  // namespace
}  // namespace tweestap::platform
