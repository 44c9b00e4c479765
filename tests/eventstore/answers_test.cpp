#include "eventstore/answers.h"

#include <gtest/gtest.h>

#include <set>

#include "platform/bytes.h"
#include "tests/eventstore/random_sources.h"

namespace tweestap::eventstore {
namespace {

using platform::Secret;

constexpr AnsweredRequest kRequest{"POST /v1/logins", "token", "key-1"};

Secret server_key(std::uint8_t first) {
  Secret key{32};
  key.writable()[0] = first;
  return key;
}

AnswerSeal seal_until(std::int64_t us) {
  AnswerSeal seal{1, {us}, {}};
  seal.body_hash.fill(7);
  return seal;
}

TEST(KeptAnswers, OpenForTheSameRequestOnly) {
  platform::SystemRandom random;
  const Secret server = server_key(1);
  const auto value = seal_answer(answer_sealing_key(server, kRequest), seal_until(5), "the answer", random);
  ASSERT_TRUE(value);
  const auto opened = open_answer(answer_sealing_key(server, kRequest), *value);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->answer.reveal_text(), "the answer");
  EXPECT_EQ(opened->seal.ends_at, domain::Time{5});
  EXPECT_EQ(opened->seal.key_version, 1U);
  EXPECT_EQ(opened->seal.body_hash, seal_until(5).body_hash);
  for (const AnsweredRequest& other :
       {AnsweredRequest{"POST /v1/logins", "token", "key-2"}, AnsweredRequest{"POST /v1/logins", "tokeN", "key-1"},
        AnsweredRequest{"POST /v1/login", "stoken", "key-1"}, AnsweredRequest{"POST /v1/logins", "tokenk", "ey-1"}}) {
    EXPECT_FALSE(open_answer(answer_sealing_key(server, other), *value)) << other.idempotency_key;
    EXPECT_NE(answer_hash(server, other), answer_hash(server, kRequest));
  }
  EXPECT_FALSE(open_answer(answer_sealing_key(server_key(2), kRequest), *value));
  EXPECT_NE(answer_hash(server_key(2), kRequest), answer_hash(server, kRequest));
}

TEST(KeptAnswers, NeitherTheAnswerNorItsEndCanBeChanged) {
  platform::SystemRandom random;
  const Secret key = answer_sealing_key(server_key(1), kRequest);
  const auto value = seal_answer(key, seal_until(1'000'000), "", random);
  ASSERT_TRUE(open_answer(key, *value));
  for (std::size_t bit = 0; bit < value->size() * 8; ++bit) {
    std::string flipped = *value;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(open_answer(key, flipped)) << bit;
  }
  for (std::size_t size = 0; size < value->size(); ++size) {
    ASSERT_FALSE(open_answer(key, value->substr(0, size)));
    ASSERT_FALSE(answer_head(value->substr(0, size)));
  }
}

TEST(KeptAnswers, TellTheirEndWithoutAKey) {
  platform::SystemRandom random;
  const auto value = seal_answer(answer_sealing_key(server_key(1), kRequest), seal_until(99), "a", random);
  const auto head = answer_head(*value);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->ends_at, domain::Time{99});
  EXPECT_EQ(head->key_version, 1U);
}

TEST(KeptAnswers, LieUnderTheirDay) {
  const auto hash = answer_hash(server_key(1), kRequest);
  const std::string last = answer_record_key({86'400'000'000 - 1}, hash);
  const std::string first = answer_record_key({86'400'000'000}, hash);
  EXPECT_EQ(last.size(), 36U);
  EXPECT_EQ(last.substr(0, 4), std::string(4, '\0'));
  EXPECT_EQ(first.substr(0, 4), std::string("\0\0\0\1", 4));
  EXPECT_EQ(first.substr(4), platform::text_of(hash));
}

}  // namespace
}  // namespace tweestap::eventstore
