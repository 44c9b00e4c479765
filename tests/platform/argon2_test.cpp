#include "platform/crypto/argon2.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "platform/text/encoding.h"

namespace tweestap::platform {
namespace {

const Argon2Params kCheap{.memory_kib = 64, .iterations = 1, .parallelism = 1};
const std::vector<std::uint8_t> kSalt(kSaltBytes, 0x5a);

Secret pepper(std::uint8_t value = 1) { return Secret::from_bytes(std::vector<std::uint8_t>(32, value)); }

// The reference implementation's own test vector (64 MiB, t=2, p=1, salt of 8 bytes), under our HMAC.
TEST(PWD_1, IsArgon2idUnderThePepper) {
  const Argon2Params params{.memory_kib = 65536, .iterations = 2, .parallelism = 1};
  const auto hash = keyed_slow_hash(Secret::from_text("password"), bytes_of("somesalt"), params, pepper());
  ASSERT_TRUE(hash);
  const auto reference = from_hex("09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7").value();
  EXPECT_EQ(to_hex(*hash), to_hex(hmac_sha256(pepper(), reference)));
}

TEST(PWD_1, TheDefaultsAreTheLeastThatIsAllowed) {
  const Argon2Params params;
  EXPECT_GE(params.memory_kib, 19U * 1024);
  EXPECT_GE(params.iterations, 2U);
  EXPECT_GE(params.parallelism, 1U);
}

TEST(PWD_1, AVerifierIsUselessWithoutItsPepper) {
  const Secret password = Secret::from_text("a right password");
  const auto verifier = make_verifier(password, kSalt, kCheap, pepper(1), 7);
  ASSERT_TRUE(verifier);
  EXPECT_TRUE(check_password(password, *verifier, pepper(1)).value());
  EXPECT_FALSE(check_password(password, *verifier, pepper(2)).value());
  EXPECT_FALSE(check_password(Secret::from_text("a wrong password"), *verifier, pepper(1)).value());
  const auto plain = keyed_slow_hash(password, kSalt, kCheap, pepper(2));
  EXPECT_NE(*plain, verifier->hash);
}

TEST(PasswordVerifier, ReadsBackWhatItWrote) {
  const auto verifier = make_verifier(Secret::from_text("p"), kSalt, kCheap, pepper(), 0x01020304);
  const std::string text = verifier->format();
  EXPECT_TRUE(text.starts_with("$argon2id$v=19$m=64,t=1,p=1,keyid=AQIDBA$WlpaWlpaWlpaWlpaWlpaWg$")) << text;
  const auto parsed = PasswordVerifier::parse(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->format(), text);
  EXPECT_EQ(parsed->pepper_version, 0x01020304U);
  EXPECT_EQ(parsed->params, kCheap);
  EXPECT_TRUE(check_password(Secret::from_text("p"), *parsed, pepper()).value());
}

TEST(PasswordVerifier, RefusesWhatIsNotOne) {
  const std::string good = make_verifier(Secret::from_text("p"), kSalt, kCheap, pepper(), 1)->format();
  ASSERT_TRUE(PasswordVerifier::parse(good));
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(PasswordVerifier::parse(good.substr(0, i))) << i;
  }
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = good;
    changed.replace(changed.find(from), from.size(), to);
    return PasswordVerifier::parse(changed).has_value();
  };
  EXPECT_FALSE(with("argon2id", "argon2i"));
  EXPECT_FALSE(with("v=19", "v=16"));
  EXPECT_FALSE(with("m=64", "m=064"));
  EXPECT_FALSE(with("m=64", "m=+64"));
  EXPECT_FALSE(with("t=1", "t=0"));
  EXPECT_FALSE(with(",keyid=AAAAAQ", ""));
  EXPECT_FALSE(with("keyid=AAAAAQ", "keyid=AAAAAQ=="));
  EXPECT_FALSE(PasswordVerifier::parse(good + "$"));
  EXPECT_FALSE(PasswordVerifier::parse(good + std::string(300, 'A')));
}

TEST(PWD_1, RefusesAVerifierThatWouldCostTooMuch) {
  const std::string tail = ",keyid=AAAAAQ$WlpaWlpaWlpaWlpaWlpaWg$" + std::string(43, 'A');
  const auto parses = [&](const std::string& costs) {
    return PasswordVerifier::parse("$argon2id$v=19$" + costs + tail).has_value();
  };
  EXPECT_TRUE(parses("m=262144,t=10,p=4"));
  EXPECT_FALSE(parses("m=262145,t=10,p=4"));
  EXPECT_FALSE(parses("m=262144,t=11,p=4"));
  EXPECT_FALSE(parses("m=262144,t=10,p=5"));
  EXPECT_FALSE(parses("m=4294967295,t=1,p=1"));
  EXPECT_FALSE(parses("m=4294967296,t=1,p=1"));
  EXPECT_FALSE(parses("m=31,t=1,p=4"));
}

TEST(NeedsRehash, WhereParametersOrPepperChanged) {
  const PasswordVerifier verifier{kCheap, 3, kSalt, {}};
  EXPECT_FALSE(needs_rehash(verifier, kCheap, 3));
  EXPECT_TRUE(needs_rehash(verifier, kCheap, 4));
  EXPECT_TRUE(needs_rehash(verifier, Argon2Params{}, 3));
}

// Threads keep their memory between hashes: neither another thread's nor an earlier hash may show in the next.
TEST(KeyedSlowHash, IsTheSameOnEveryThreadAndAfterOtherHashes) {
  const Secret text = Secret::from_text("ABCDEFGHJKLM");
  const auto expected = keyed_slow_hash(text, kSalt, kCheap, pepper()).value();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const Argon2Params other{.memory_kib = 128U << i, .iterations = 1, .parallelism = 2};
      EXPECT_TRUE(keyed_slow_hash(text, kSalt, other, pepper()));
      EXPECT_EQ(keyed_slow_hash(text, kSalt, kCheap, pepper()).value(), expected);
    });
  }
}

}  // namespace
}  // namespace tweestap::platform
