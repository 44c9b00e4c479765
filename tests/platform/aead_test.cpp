#include "platform/crypto/aead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/platform/vectors.h"

namespace tweestap::platform {
namespace {

TEST(Aead, SealsAsGcmDoes) {
  const auto vectors = read_vectors("gcm_aes256.txt");
  ASSERT_EQ(vectors.size(), 3U);
  for (const auto& line : vectors) {
    const Secret key = Secret::from_bytes(hex(line[0]));
    AeadNonce nonce;
    std::ranges::copy(hex(line[1]), nonce.begin());
    const auto aad = hex(line[2]);
    EXPECT_EQ(to_hex(aead_seal(key, nonce, aad, hex(line[3]))), line[4]);
    const auto opened = aead_open(key, nonce, aad, hex(line[4]));
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal_text(), text_of(hex(line[3])));
  }
}

TEST(Aead, RefusesEveryOtherKeyNonceAadAndCiphertext) {
  const std::vector<std::uint8_t> zeros(32);
  const std::vector<std::uint8_t> aad{1, 2, 3};
  const auto opens = [&](const std::vector<std::uint8_t>& key, const AeadNonce& nonce,
                         const std::vector<std::uint8_t>& with, const std::vector<std::uint8_t>& sealed) {
    return aead_open(Secret::from_bytes(key), nonce, with, sealed).has_value();
  };
  const auto sealed = aead_seal(Secret::from_bytes(zeros), {}, aad, bytes_of("secret"));
  EXPECT_TRUE(opens(zeros, {}, aad, sealed));
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    auto flipped = sealed;
    flipped[i / 8] = static_cast<std::uint8_t>(flipped[i / 8] ^ 1U << i % 8);
    EXPECT_FALSE(opens(zeros, {}, aad, flipped)) << i;
  }
  auto other_key = zeros;
  other_key[31] = 1;
  EXPECT_FALSE(opens(other_key, {}, aad, sealed));
  EXPECT_FALSE(opens(zeros, {1}, aad, sealed));
  EXPECT_FALSE(opens(zeros, {}, {1, 2}, sealed));
  EXPECT_FALSE(opens(zeros, {}, aad, {sealed.begin(), sealed.end() - 1}));
  EXPECT_FALSE(opens(zeros, {}, aad, {sealed.begin(), sealed.begin() + 15}));
  EXPECT_FALSE(opens(zeros, {}, aad, {}));
  EXPECT_TRUE(opens(zeros, {}, aad, sealed)) << "a refusal leaves the context as it was";
}

TEST(Aead, AKeyOfAnotherLengthIsABug) {
  EXPECT_DEATH(static_cast<void>(aead_seal(Secret(16), {}, {}, {})), "32 bytes");
}

}  // namespace
}  // namespace tweestap::platform
