#include "eventstore/sealing.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "platform/bytes.h"
#include "tests/eventstore/random_sources.h"

namespace tweestap::eventstore {
namespace {

using platform::Secret;

SubjectKeys keys_of(std::uint8_t subject, std::uint32_t generation) {
  Secret personal{32};
  Secret secret{32};
  personal.writable()[0] = subject;
  secret.writable()[0] = subject;
  secret.writable()[1] = 1;
  return {generation, std::move(personal), std::move(secret)};
}

SealedPlace place_of(std::uint8_t log, std::uint64_t position, std::uint8_t subject, std::string_view type,
                     std::uint32_t version) {
  SealedPlace place;
  place.log.bytes.fill(log);
  place.position = position;
  place.subject.bytes.fill(subject);
  place.type = type;
  place.schema_version = version;
  return place;
}

const Secret kMembers = Secret::from_text(R"({"verifier":"x"})");

TEST(KEY_1, WhatIsSealedOpensAtItsOwnPlaceOnly) {
  platform::SystemRandom random;
  std::vector<std::pair<SealedPlace, SealedClass>> places;
  for (const int log : {1, 2}) {
    for (const std::uint64_t position : {1, 2}) {
      for (const int subject : {1, 2}) {
        for (const std::string_view type : {"a.b", "a.c"}) {
          for (const std::uint32_t version : {1U, 2U}) {
            for (const SealedClass sealed : {SealedClass::Personal, SealedClass::Secret}) {
              places.emplace_back(
                  place_of(static_cast<std::uint8_t>(log), position, static_cast<std::uint8_t>(subject), type, version),
                  sealed);
            }
          }
        }
      }
    }
  }
  SubjectKeys keys = keys_of(1, 1);
  keys.personal = keys.secret.clone();  // even one key for both classes must not let a value change its class
  std::size_t opened = 0;
  for (std::size_t from = 0; from < places.size(); ++from) {
    const auto value = seal(keys, places[from].first, places[from].second, kMembers, random);
    ASSERT_TRUE(value);
    for (std::size_t to = 0; to < places.size(); ++to) {
      const bool opens = open_sealed(keys, places[to].first, places[to].second, *value).has_value();
      EXPECT_EQ(opens, from == to) << from << " to " << to;
      opened += opens ? 1 : 0;
    }
  }
  EXPECT_EQ(opened, places.size());
}

TEST(KEY_1, WhatIsSealedOpensUnderItsOwnKeyAndGenerationOnly) {
  platform::SystemRandom random;
  const SealedPlace place = place_of(1, 1, 1, "a.b", 1);
  const auto value = seal(keys_of(1, 1), place, SealedClass::Secret, kMembers, random);
  EXPECT_TRUE(open_sealed(keys_of(1, 1), place, SealedClass::Secret, *value));
  EXPECT_FALSE(open_sealed(keys_of(2, 1), place, SealedClass::Secret, *value));
  EXPECT_FALSE(open_sealed(keys_of(1, 2), place, SealedClass::Secret, *value));
  std::string other_generation = *value;
  other_generation[4] = 2;  // says generation 2, and the keys say it too: the AAD does not
  EXPECT_FALSE(open_sealed(keys_of(1, 2), place, SealedClass::Secret, other_generation));
}

TEST(KEY_1, AnyFlippedBitOrCutIsDamage) {
  platform::SystemRandom random;
  const SealedPlace place = place_of(1, 1, 1, "a.b", 1);
  const auto value = seal(keys_of(1, 1), place, SealedClass::Personal, kMembers, random);
  for (std::size_t bit = 0; bit < value->size() * 8; ++bit) {
    std::string flipped = *value;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto opened = open_sealed(keys_of(1, 1), place, SealedClass::Personal, flipped);
    ASSERT_FALSE(opened) << bit;
    EXPECT_EQ(opened.error().kind, Failure::Kind::Damaged);
  }
  for (std::size_t size = 0; size < value->size(); ++size) {
    ASSERT_FALSE(open_sealed(keys_of(1, 1), place, SealedClass::Personal, value->substr(0, size)));
  }
}

TEST(KEY_1, NoNonceComesTwice) {
  platform::SystemRandom random;
  const SubjectKeys keys = keys_of(1, 1);
  const SealedPlace place = place_of(1, 1, 1, "a.b", 1);
  constexpr std::size_t kSealings = 20'000;
  std::set<std::string> nonces;
  for (std::size_t i = 0; i < kSealings; ++i) {
    nonces.insert(seal(keys, place, SealedClass::Secret, kMembers, random)->substr(5, 12));
  }
  EXPECT_EQ(nonces.size(), kSealings);
}

TEST(KEY_1, WithoutRandomnessNothingIsSealed) {
  samples::NoRandom random;
  const auto value = seal(keys_of(1, 1), place_of(1, 1, 1, "a.b", 1), SealedClass::Secret, kMembers, random);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().kind, Failure::Kind::Unavailable);
}

TEST(Sealing, HasTheLayoutOfTheFamily) {
  platform::SystemRandom random;
  const auto value = seal(keys_of(1, 0x01020304), place_of(1, 1, 1, "a.b", 1), SealedClass::Secret, kMembers, random);
  EXPECT_EQ(value->size(), 1 + 4 + 12 + kMembers.size() + 16);
  EXPECT_EQ(value->substr(0, 5), std::string("\x01\x01\x02\x03\x04"));
  EXPECT_EQ(sealed_digest(*value), platform::sha256(*value));
}

}  // namespace
}  // namespace tweestap::eventstore
