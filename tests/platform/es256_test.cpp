#include "platform/crypto/es256.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>
#include <thread>
#include <vector>

#include "platform/crypto/random.h"
#include "platform/text/encoding.h"
#include "tests/platform/vectors.h"

namespace tweestap::platform {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets joined(const Octets& first, const Octets& second) {
  Octets both = first;
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

struct Signed {
  Octets x, y, signature, message;

  [[nodiscard]] Octets key_bytes() const { return joined(x, y); }
  [[nodiscard]] Es256PublicKey key() const { return Es256PublicKey::from_bytes(key_bytes()).value(); }
  [[nodiscard]] bool verifies() const { return verify_es256(key(), message, signature); }
};

std::vector<Signed> signatures() {
  std::vector<Signed> all;
  for (const auto& line : read_vectors("rfc6979_rfc7515_es256.txt")) {
    all.push_back({hex(line[0]), hex(line[1]), joined(hex(line[2]), hex(line[3])), hex(line[4])});
  }
  return all;
}

const Octets kOrder = hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const Octets kPrime = hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
const Octets kZero(32, 0);

// a - b of two big-endian numbers of 32 bytes, a larger than b.
Octets difference(const Octets& a, const Octets& b) {
  Octets result(a.size());
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    const int digit = a[i] - b[i] - borrow;
    borrow = static_cast<int>(digit < 0);
    result[i] = static_cast<std::uint8_t>(digit + 256 * borrow);
  }
  return result;
}

TEST(VerifyEs256, AcceptsTheVectorsOfTheRfcs) {
  const auto all = signatures();
  ASSERT_EQ(all.size(), 3U);
  for (const Signed& one : all) EXPECT_TRUE(one.verifies()) << to_hex(one.message);
}

TEST(VerifyEs256, RefusesEveryFlippedBitOfASignature) {
  const Signed right = signatures()[2];
  for (std::size_t bit = 0; bit < 8 * right.signature.size(); ++bit) {
    Signed flipped = right;
    flipped.signature[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(flipped.verifies()) << "bit " << bit;
  }
}

TEST(VerifyEs256, RefusesEveryFlippedBitOfAMessage) {
  const Signed right = signatures()[1];
  for (std::size_t bit = 0; bit < 8 * right.message.size(); ++bit) {
    Signed flipped = right;
    flipped.message[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(flipped.verifies()) << "bit " << bit;
  }
  Signed longer = right;
  longer.message.push_back(0);
  EXPECT_FALSE(longer.verifies());
  Signed none = right;
  none.message.clear();
  EXPECT_FALSE(none.verifies());
}

TEST(VerifyEs256, RefusesAnotherKeysSignature) {
  const auto all = signatures();
  EXPECT_FALSE(verify_es256(all[2].key(), all[0].message, all[0].signature));
  EXPECT_FALSE(verify_es256(all[0].key(), all[2].message, all[2].signature));
}

TEST(VerifyEs256, TakesExactly64Bytes) {
  const Signed right = signatures()[0];
  for (std::size_t size = 0; size <= 80; ++size) {
    Signed resized = right;
    resized.signature.resize(size);
    EXPECT_EQ(resized.verifies(), size == kEs256SignatureBytes) << size;
  }
  // The same signature as DER, which OpenSSL itself would read.
  Signed der = right;
  der.signature =
      joined(hex("3046022100"), joined({right.signature.begin(), right.signature.begin() + 32},
                                       joined(hex("022100"), {right.signature.begin() + 32, right.signature.end()})));
  EXPECT_FALSE(der.verifies());
}

TEST(VerifyEs256, RefusesNumbersThatAreZeroOrNotBelowTheOrder) {
  const Signed right = signatures()[0];
  const Octets r(right.signature.begin(), right.signature.begin() + 32);
  const Octets s(right.signature.begin() + 32, right.signature.end());
  const Octets most(32, 0xff);
  for (const Octets& odd : {kZero, kOrder, most}) {
    Signed one = right;
    one.signature = joined(odd, s);
    EXPECT_FALSE(one.verifies());
    one.signature = joined(r, odd);
    EXPECT_FALSE(one.verifies());
    one.signature = joined(odd, odd);
    EXPECT_FALSE(one.verifies());
  }
}

// Just inside and just outside: n - 1 is a number like any other, and r plus n would be r again if it were not refused.
TEST(VerifyEs256, TheOrderIsTheFirstNumberThatIsRefused) {
  const Signed right = signatures()[1];
  const Octets r(right.signature.begin(), right.signature.begin() + 32);
  const Octets s(right.signature.begin() + 32, right.signature.end());
  Signed mirrored = right;
  mirrored.signature = joined(r, difference(kOrder, s));
  EXPECT_TRUE(mirrored.verifies()) << "the other root: valid by the standard, and no replay protection";
  mirrored.signature = joined(r, kOrder);
  EXPECT_FALSE(mirrored.verifies());
}

TEST(Es256PublicKey, ReadsAJwkAndItsStoredForm) {
  const auto key = Es256PublicKey::from_jwk("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                                            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->bytes()), to_hex(signatures()[2].key_bytes()));
  EXPECT_EQ(Es256PublicKey::from_bytes(key->bytes()).value(), *key);
  EXPECT_NE(signatures()[0].key(), *key);
}

TEST(Es256PublicKey, TakesExactly32BytesACoordinate) {
  const std::string x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
  const std::string y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
  const auto refused = [](const std::string& first, const std::string& second) {
    const auto key = Es256PublicKey::from_jwk(first, second);
    return !key && key.error().kind == Failure::Kind::Invalid;
  };
  ASSERT_FALSE(refused(x, y));
  for (const std::string& odd : {std::string(), x.substr(1), x + "A", x + "=", "A" + x, " " + x, x.substr(0, 42) + "V",
                                 x.substr(0, 42) + "+", x.substr(0, 42) + "/", std::string(100'000, 'A')}) {
    EXPECT_TRUE(refused(odd, y)) << odd.substr(0, 50);
  }
  EXPECT_TRUE(refused(x, y.substr(0, 42) + "1")) << "bits left over";
  EXPECT_TRUE(refused(y, x)) << "not on the curve";
  for (const std::size_t size : {0U, 1U, 63U, 65U, 128U}) EXPECT_FALSE(Es256PublicKey::from_bytes(Octets(size, 4)));
}

TEST(Es256PublicKey, RefusesPointsThatAreNotOnTheCurve) {
  const Signed right = signatures()[0];
  for (std::size_t bit = 0; bit < 8 * 64; ++bit) {
    Octets flipped = right.key_bytes();
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(Es256PublicKey::from_bytes(flipped)) << "bit " << bit;
  }
  EXPECT_FALSE(Es256PublicKey::from_bytes(joined(kZero, kZero))) << "how some write the point at infinity";
}

// The points with x = 0: y is a root of b. The same point with x = p has to be refused, or one key had two forms.
TEST(Es256PublicKey, RefusesCoordinatesThatAreNotBelowThePrime) {
  const Octets y = hex("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
  ASSERT_TRUE(Es256PublicKey::from_bytes(joined(kZero, y)));
  EXPECT_TRUE(Es256PublicKey::from_bytes(joined(kZero, difference(kPrime, y))));
  EXPECT_FALSE(Es256PublicKey::from_bytes(joined(kPrime, y)));
  EXPECT_FALSE(Es256PublicKey::from_bytes(joined(kZero, kPrime)));
}

// The list of errors is the thread's: TLS would take a stranger's wrong key for its own failure.
TEST(VerifyEs256, LeavesNoErrorBehind) {
  const Signed right = signatures()[0];
  ERR_clear_error();
  EXPECT_FALSE(Es256PublicKey::from_bytes(Octets(64, 1)));
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_FALSE(verify_es256(right.key(), bytes_of("another message"), right.signature));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(VerifyEs256, RefusesRandomSignatures) {
  SystemRandom random;
  const Signed right = signatures()[0];
  const Es256PublicKey key = right.key();
  for (int i = 0; i < 1000; ++i) {
    const auto drawn = draw_bytes<kEs256SignatureBytes>(random);
    ASSERT_TRUE(drawn);
    EXPECT_FALSE(verify_es256(key, right.message, *drawn)) << to_hex(*drawn);
  }
}

TEST(VerifyEs256, MayBeCalledFromManyThreads) {
  const auto all = signatures();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&all] {
      for (int round = 0; round < 50; ++round) {
        for (const Signed& one : all) EXPECT_TRUE(one.verifies());
      }
    });
  }
}

}  // namespace
}  // namespace tweestap::platform
