#include "platform/crypto/imported_verifier.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "tests/platform/vectors.h"

namespace tweestap::platform {
namespace {

struct Known {
  std::string password;
  std::string text;
};

std::vector<Known> verifiers() {
  std::vector<Known> all;
  for (const auto& line : read_vectors("imported_verifiers.txt")) {
    all.push_back({std::string(text_of(hex(line[0]))), line[1]});
  }
  return all;
}

bool lets_in(std::string_view text, std::string_view password) {
  return ImportedVerifier::parse(text).value().verify(Secret::from_text(password)).value();
}

// The reason for refusing a text, or nothing where it is taken.
std::string reason(std::string_view text) {
  const auto parsed = ImportedVerifier::parse(text);
  if (parsed) return {};
  EXPECT_EQ(parsed.error().kind, Failure::Kind::Invalid);
  return parsed.error().reason;
}

// Looks at the numbers of a cost as it is written, not as the parser checks them.
bool within_bounds(const std::string& cost) {
  std::array<std::uint64_t, 3> numbers{};
  const auto read = [&](const char* format) {
    return std::sscanf(cost.c_str(), format, &numbers[0], &numbers[1], &numbers[2]);
  };
  if (cost.empty()) return true;
  if (read("bcrypt %lu") == 1) return numbers[0] <= 14;
  if (read("scrypt ln=%lu,r=%lu,p=%lu") == 3) {
    return numbers[0] <= 21 && (numbers[1] << numbers[0]) <= 2'097'152 &&
           (numbers[1] << numbers[0]) * numbers[2] <= 2'097'152;
  }
  const auto at = cost.find(" v=");
  if (cost.starts_with("argon2") && at != std::string::npos) {
    const std::string params = cost.substr(cost.find("m=", at));
    return std::sscanf(params.c_str(), "m=%lu,t=%lu,p=%lu", &numbers[0], &numbers[1], &numbers[2]) == 3 &&
           numbers[0] <= 262'144 && numbers[1] <= 10 && numbers[2] <= 16;
  }
  return cost.starts_with("pbkdf2-sha") && std::stoull(cost.substr(cost.find(' ') + 1)) <= 2'000'000;
}

const std::string kSaltAndHash = "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
const std::string kBcryptTail = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

TEST(ImportedVerifier, KnowsThePasswordsOfOtherSystems) {
  const auto all = verifiers();
  ASSERT_EQ(all.size(), 38U);
  for (const Known& one : all) EXPECT_TRUE(lets_in(one.text, one.password)) << one.text;
}

TEST(ImportedVerifier, RefusesEveryOtherPassword) {
  for (const Known& one : verifiers()) {
    EXPECT_FALSE(lets_in(one.text, "x" + one.password)) << one.text;
    const bool quick = !one.text.contains("m=65536") && !one.text.contains("ln=16") && !one.text.contains("$260000$");
    if (quick && !one.password.empty()) {
      EXPECT_FALSE(lets_in(one.text, {})) << one.text;
    }
  }
}

TEST(ImportedVerifier, RefusesAChangedHash) {
  for (const Known& one : verifiers()) {
    if (one.text.starts_with("$scrypt$ln=16")) continue;  // 64 MiB each time
    // The last symbol may have bits that belong to nothing; the one before has none.
    std::string changed = one.text;
    const auto at = changed.find_last_not_of('=') - 1;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(lets_in(changed, one.password)) << one.text;
  }
}

TEST(PWD_1, ImportedArgon2IsBounded) {
  const auto argon2 = [](const std::string& costs) { return reason("$argon2id$v=19$" + costs + kSaltAndHash); };
  EXPECT_EQ(argon2("m=262144,t=10,p=16"), "");
  EXPECT_EQ(argon2("m=262145,t=10,p=16"), "argon2: more than 256 MiB of memory");
  EXPECT_EQ(argon2("m=4294967295,t=1,p=1"), "argon2: more than 256 MiB of memory");
  EXPECT_EQ(argon2("m=99999999999999999999,t=1,p=1"), "argon2: more than 256 MiB of memory");
  EXPECT_EQ(argon2("m=262144,t=11,p=1"), "argon2: more than 10 iterations");
  EXPECT_EQ(argon2("m=262144,t=1,p=17"), "argon2: more than 16 lanes");
  EXPECT_EQ(argon2("m=16,t=1,p=2"), "");
  EXPECT_EQ(argon2("m=15,t=1,p=2"), "argon2: less than 8 KiB a lane");
}

TEST(PWD_1, ImportedBcryptIsBounded) {
  EXPECT_EQ(reason("$2b$04$" + kBcryptTail), "");
  EXPECT_EQ(reason("$2b$14$" + kBcryptTail), "");
  EXPECT_EQ(reason("$2b$15$" + kBcryptTail), "bcrypt: a cost above 14");
  EXPECT_EQ(reason("$2b$31$" + kBcryptTail), "bcrypt: a cost above 14");
  EXPECT_EQ(reason("$2b$99$" + kBcryptTail), "bcrypt: a cost above 14");
  EXPECT_EQ(reason("$2b$03$" + kBcryptTail), "bcrypt: a cost below 4, which it does not have");
}

TEST(PWD_1, ImportedScryptIsBounded) {
  const auto scrypt = [](const std::string& costs) { return reason("$scrypt$" + costs + kSaltAndHash); };
  EXPECT_EQ(scrypt("ln=18,r=8,p=1"), "");
  EXPECT_EQ(scrypt("ln=17,r=8,p=2"), "");
  EXPECT_EQ(scrypt("ln=14,r=8,p=16"), "");
  EXPECT_EQ(scrypt("ln=16,r=32,p=1"), "");
  EXPECT_EQ(scrypt("ln=18,r=9,p=1"), "scrypt: more than 256 MiB of memory");
  EXPECT_EQ(scrypt("ln=19,r=8,p=1"), "scrypt: more than 256 MiB of memory");
  EXPECT_EQ(scrypt("ln=20,r=8,p=1"), "scrypt: more than 256 MiB of memory") << "RFC 7914's fourth vector, 1 GiB";
  EXPECT_EQ(scrypt("ln=18,r=8,p=2"), "scrypt: more work than N r p = 2^21");
  EXPECT_EQ(scrypt("ln=15,r=8,p=9"), "scrypt: more work than N r p = 2^21");
  EXPECT_EQ(scrypt("ln=1,r=33,p=1"), "scrypt: a block size above 32");
  EXPECT_EQ(scrypt("ln=1,r=1,p=17"), "scrypt: a parallelism above 16");
  EXPECT_EQ(scrypt("ln=15,r=1,p=1"), "");
  EXPECT_EQ(scrypt("ln=16,r=1,p=1"), "scrypt: N is too large for its block size");
  EXPECT_EQ(scrypt("ln=63,r=8,p=1"), "scrypt: more than 256 MiB of memory");
  EXPECT_EQ(scrypt("ln=64,r=8,p=1"), "scrypt: more than 256 MiB of memory");
  EXPECT_EQ(scrypt("ln=4294967296,r=32,p=1"), "scrypt: N is too large for its block size");
  EXPECT_EQ(scrypt("ln=10,r=4294967295,p=1"), "scrypt: a block size above 32");
  EXPECT_EQ(scrypt("ln=10,r=8,p=4294967295"), "scrypt: a parallelism above 16");
}

TEST(PWD_1, ImportedPbkdf2IsBounded) {
  const std::string salt_and_64_bytes = "$c29tZXNhbHQ$" + std::string(86, 'A');
  EXPECT_EQ(reason("$pbkdf2-sha256$2000000" + kSaltAndHash), "");
  EXPECT_EQ(reason("$pbkdf2-sha256$2000001" + kSaltAndHash), "pbkdf2: more than 2,000,000 rounds");
  EXPECT_EQ(reason("$pbkdf2-sha256$1000000" + salt_and_64_bytes), "") << "two blocks of output";
  EXPECT_EQ(reason("$pbkdf2-sha256$1000001" + salt_and_64_bytes), "pbkdf2: more than 2,000,000 rounds");
  EXPECT_EQ(reason("$pbkdf2-sha512$2000000" + salt_and_64_bytes), "");
  EXPECT_EQ(reason("$pbkdf2$500000" + salt_and_64_bytes), "") << "four blocks of output";
  EXPECT_EQ(reason("$pbkdf2$500001" + salt_and_64_bytes), "pbkdf2: more than 2,000,000 rounds");
  EXPECT_EQ(reason("$pbkdf2$16777216" + kSaltAndHash), "pbkdf2: more than 2,000,000 rounds") << "RFC 6070's fourth";
  EXPECT_EQ(reason("$pbkdf2-sha256$4294967296" + kSaltAndHash), "pbkdf2: more than 2,000,000 rounds");
  const std::string django = "$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo=";
  EXPECT_EQ(reason("pbkdf2_sha256$2000000" + django), "");
  EXPECT_EQ(reason("pbkdf2_sha256$2000001" + django), "pbkdf2: more than 2,000,000 rounds");
}

TEST(PWD_1, ImportedSaltsHashesAndTextsAreBounded) {
  const std::string hash = "$" + std::string(43, 'A');
  const auto salt = [&](std::size_t symbols) { return reason("$pbkdf2-sha256$1$" + std::string(symbols, 'A') + hash); };
  EXPECT_EQ(salt(4), "pbkdf2: a salt has 4 to 64 bytes") << "three bytes";
  EXPECT_EQ(salt(6), "");
  EXPECT_EQ(salt(86), "");
  EXPECT_EQ(salt(87), "pbkdf2: a salt has 4 to 64 bytes");
  const auto bytes = [](std::size_t symbols) {
    return reason("$pbkdf2-sha256$1$c29tZXNhbHQ$" + std::string(symbols, 'A'));
  };
  EXPECT_EQ(bytes(20), "pbkdf2: a hash has 16 to 64 bytes");
  EXPECT_EQ(bytes(22), "");
  EXPECT_EQ(bytes(86), "");
  EXPECT_EQ(bytes(87), "pbkdf2: a hash has 16 to 64 bytes");
  EXPECT_EQ(bytes(0), "pbkdf2: a hash has 16 to 64 bytes");
  EXPECT_EQ(reason("$argon2id$v=19$m=16,t=1,p=1$AAAAAAAA" + hash), "argon2: a salt has 8 to 64 bytes") << "six bytes";
  EXPECT_EQ(reason("$2b$04$" + std::string(1'000'000, 'A')), "a password hash has at most 256 bytes");
}

// What is one symbol away from a hash, and what is far from it, is read or refused, and never costs more than is
// allowed.
RC_GTEST_PROP(PWD_1, WhateverTextIsImportedIsBounded, ()) {
  static const auto kKnown = verifiers();
  std::string text = (*rc::gen::elementOf(kKnown)).text;
  const auto changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    const auto symbol = *rc::gen::oneOf(rc::gen::elementOf(std::string("0123456789$,=.")), rc::gen::arbitrary<char>());
    if (*rc::gen::arbitrary<bool>()) {
      text[at] = symbol;
    } else {
      text.insert(at, 1, symbol);
    }
  }
  const auto parsed = ImportedVerifier::parse(text);
  RC_CLASSIFY(parsed.has_value(), "read");
  if (!parsed) RC_ASSERT(parsed.error().kind == Failure::Kind::Invalid);
  RC_ASSERT(within_bounds(parsed ? parsed->cost() : ""));
}

TEST(ImportedVerifier, SaysNothingOfWhatItRefuses) {
  for (const std::string_view odd : {"", "hunter2", "$", "$1$salt$qJH7.N4xYta3aEG/dfqo/0", "$5$salt$x", "$2b$", "$2",
                                     "$argon2", "$pbkdf2", "pbkdf2_", "{SSHA}x", "5f4dcc3b5aa765d61d8327deb882cf99",
                                     "argon2$argon2id$v=19$m=16,t=1,p=1$AAAAAAAAAAA$AAAA"}) {
    const std::string said = reason(odd);
    EXPECT_NE(said, "") << odd;
    EXPECT_EQ(said.find("hunter2"), std::string::npos);
  }
}

TEST(ImportedVerifier, ReadsStrictly) {
  const std::string argon2 = "$argon2id$v=19$m=256,t=2,p=1" + kSaltAndHash;
  ASSERT_EQ(reason(argon2), "");
  for (const std::string& odd : {" " + argon2,
                                 argon2 + " ",
                                 argon2 + "\n",
                                 argon2 + "$",
                                 argon2 + "=",
                                 "$argon2id$v=18$m=256,t=2,p=1" + kSaltAndHash,
                                 "$argon2id$v=19$t=2,m=256,p=1" + kSaltAndHash,
                                 "$argon2id$v=19$m=0256,t=2,p=1" + kSaltAndHash,
                                 "$argon2id$v=19$m=256,t=0,p=1" + kSaltAndHash,
                                 "$argon2id$v=19$m=-1,t=2,p=1" + kSaltAndHash,
                                 "$argon2id$v=19$m=256,t=2,p=1,data=AAAA" + kSaltAndHash,
                                 "$argon2x$v=19$m=256,t=2,p=1" + kSaltAndHash,
                                 "$pbkdf2-md5$1" + kSaltAndHash,
                                 "$pbkdf2-sha256$01" + kSaltAndHash,
                                 "$pbkdf2-sha256$" + kSaltAndHash,
                                 "$pbkdf2-sha256$1" + kSaltAndHash + "$",
                                 "$pbkdf2-sha256$i=1,l=31" + kSaltAndHash,
                                 "$pbkdf2-sha256$1,l=32" + kSaltAndHash,
                                 "$scrypt$ln=4,p=1,r=8" + kSaltAndHash,
                                 "$scrypt$ln=0,r=8,p=1" + kSaltAndHash,
                                 "$scrypt$ln=4,r=8,p=1" + kSaltAndHash + "=",
                                 "$2x$05$" + kBcryptTail,
                                 "$2$05$" + kBcryptTail,
                                 "$2b$5$" + kBcryptTail,
                                 "$2b$05$" + kBcryptTail + "A",
                                 "$2b$0x$" + kBcryptTail,
                                 "$2b$05$" + kBcryptTail.substr(1),
                                 "$2b$05$" + kBcryptTail.substr(0, 52) + "=",
                                 std::string("pbkdf2_sha256$1$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo"),
                                 std::string("pbkdf2_sha256$1$sea$salt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo="),
                                 std::string("pbkdf2_md5$1$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo="),
                                 std::string("pbkdf2_sha256$$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo=")}) {
    EXPECT_NE(reason(odd), "") << odd;
  }
  EXPECT_EQ(reason("$2b$05$" + kBcryptTail.substr(0, 52) + "X"), "bcrypt: its last symbol belongs to no hash");
}

// Salts of 16 bytes need 21 symbols and two bits; some systems fill the rest of the last one with what they like.
TEST(ImportedBcrypt, TakesASaltWithBitsLeftOver) {
  EXPECT_TRUE(lets_in("$2a$05$CCCCCCCCCCCCCCCCCCCCC/E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"));
}

TEST(ImportedBcrypt, LooksAt72Bytes) {
  const std::string text = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui";
  const std::string password = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  ASSERT_EQ(password.size(), 72U);
  EXPECT_TRUE(lets_in(text, password));
  EXPECT_TRUE(lets_in(text, password + std::string(1000, 'x'))) << "as the system that it comes from did";
  EXPECT_FALSE(lets_in(text, password.substr(0, 71)));
  EXPECT_FALSE(lets_in(text, password.substr(0, 71) + "8"));
}

TEST(ImportedBcrypt, APasswordWithAZeroByteIsNeverRight) {
  const std::string text = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  EXPECT_TRUE(lets_in(text, "U*U"));
  EXPECT_FALSE(lets_in(text, std::string_view("U*U\0", 4)));
  EXPECT_FALSE(lets_in(text, std::string_view("U*U\0more", 8)));
  EXPECT_FALSE(lets_in(text, std::string("U*U") + '\0' + std::string(100, 'x') + '\0'));
}

TEST(ImportedVerifier, TheMostMemoryCanBeHad) {
  EXPECT_FALSE(lets_in("$scrypt$ln=18,r=8,p=1" + kSaltAndHash, "password")) << "256 MiB";
  EXPECT_FALSE(lets_in("$argon2id$v=19$m=262144,t=1,p=16" + kSaltAndHash, "password"));
}

TEST(ImportedVerifier, TheSameCostIsTheSameText) {
  const auto cost = [](const std::string& text) { return ImportedVerifier::parse(text).value().cost(); };
  EXPECT_EQ(cost("$argon2i$m=256,t=2,p=1" + kSaltAndHash), "argon2i v=16,m=256,t=2,p=1");
  EXPECT_EQ(cost("$argon2id$v=19$m=256,t=2,p=1" + kSaltAndHash), "argon2id v=19,m=256,t=2,p=1");
  EXPECT_EQ(cost("$argon2d$v=19$m=256,t=2,p=1" + kSaltAndHash), "argon2d v=19,m=256,t=2,p=1");
  EXPECT_EQ(cost("$2y$12$" + kBcryptTail), "bcrypt 12");
  EXPECT_EQ(cost("$2a$12$" + kBcryptTail), "bcrypt 12");
  EXPECT_EQ(cost("$scrypt$ln=16,r=8,p=1" + kSaltAndHash), "scrypt ln=16,r=8,p=1");
  EXPECT_EQ(cost("$pbkdf2$1000" + kSaltAndHash), "pbkdf2-sha1 1000,l=32");
  EXPECT_EQ(cost("$pbkdf2-sha256$1000" + kSaltAndHash), "pbkdf2-sha256 1000,l=32");
  EXPECT_EQ(cost("pbkdf2_sha512$1000$seasalt$YlZ2Vggtqdc61YjArZuoApoBh9JNGYoDRBUGu6tcJQo="), "pbkdf2-sha512 1000,l=32");
}

TEST(StoredVerifier, OursNamesThePepperAndNoImportedOneMay) {
  const std::string ours = PasswordVerifier{{}, 3, std::vector<std::uint8_t>(kSaltBytes, 7), {}}.format();
  const auto stored = parse_stored_verifier(ours);
  ASSERT_TRUE(stored);
  ASSERT_TRUE(std::holds_alternative<PasswordVerifier>(*stored));
  EXPECT_EQ(cost_of(*stored), "ours m=19456,t=2,p=1");
  EXPECT_EQ(reason(ours), "not an argon2 hash") << "or somebody could import a hash as if it had our pepper";

  for (const Known& one : verifiers()) {
    const auto other = parse_stored_verifier(one.text);
    ASSERT_TRUE(other) << one.text;
    EXPECT_TRUE(std::holds_alternative<ImportedVerifier>(*other)) << one.text;
    EXPECT_FALSE(PasswordVerifier::parse(one.text)) << one.text;
  }
  EXPECT_EQ(parse_stored_verifier("nonsense").error().kind, Failure::Kind::Invalid);
}

TEST(ImportedVerifier, MayBeCheckedFromManyThreads) {
  auto all = verifiers();
  std::erase_if(all, [](const Known& one) { return one.text.contains("m=65536") || one.text.contains("260000"); });
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&all] {
      for (const Known& one : all) EXPECT_TRUE(lets_in(one.text, one.password)) << one.text;
    });
  }
}

}  // namespace
}  // namespace tweestap::platform
