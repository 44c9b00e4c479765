// Kept answers: stored with their command's events, ended ones swept, never more than the bound.
#include <gtest/gtest.h>

#include "eventstore/answers.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

using tests::Play;
using tests::PlayStore;
using tests::TemporaryFolder;

class AnswersInABatch : public testing::Test {
 protected:
  void open(std::uint32_t answers_max) {
    PlayStore::Options options;
    options.clock = &clock_;
    options.answers_max = answers_max;
    ASSERT_TRUE(store_.open(options));
  }
  static platform::Secret key() { return platform::Secret::from_text("01234567890123456789012345678901"); }
  static platform::Digest hash(std::uint8_t n) {
    platform::Digest made{};
    made[0] = n;
    return made;
  }
  Committed keep(std::uint8_t n, domain::Duration kept = domain::hours(1), std::size_t events = 1) {
    Play play;
    play.subject = tests::subject(1);
    play.events = events;
    Submission made = tests::submission(play);
    AnswerToKeep answer;
    answer.hash = hash(n);
    answer.sealing_key = key();
    answer.kept = kept;
    answer.render = [n](const Outcome&, std::span<const Placed> placed) -> std::optional<platform::Secret> {
      if (placed.empty()) return std::nullopt;
      return platform::Secret::from_text("answer " + std::to_string(n) + " at " +
                                         std::to_string(placed.front().position));
    };
    made.answer = std::move(answer);
    auto result = store_.partition().submit(std::move(made));
    EXPECT_TRUE(result);
    return std::move(*result);
  }
  std::optional<std::string> kept(std::uint8_t n) {
    return *store_.partition().reader().kept_answer(answer_record_key(domain::Time{clock_.wall_us()}, hash(n)));
  }
  std::uint64_t count() { return store_.partition().log().head().answers; }

  platform::ManualClock clock_{1'700'000'000'000'000};
  TemporaryFolder folder_;
  PlayStore store_{folder_.path() / "data"};
};

TEST_F(AnswersInABatch, AreStoredSealedWithTheirCommand) {
  open(100);
  const Committed committed = keep(7);
  ASSERT_TRUE(committed.rendered);
  EXPECT_EQ(committed.rendered->reveal_text(), "answer 7 at 1");
  const auto value = kept(7);
  ASSERT_TRUE(value);
  EXPECT_EQ(value->find("answer"), std::string::npos);
  const auto opened = open_answer(key(), *value);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->answer.reveal_text(), "answer 7 at 1");
  EXPECT_EQ(opened->seal.ends_at, committed.time + domain::hours(1));
  EXPECT_EQ(count(), 1U);
}

TEST_F(AnswersInABatch, AnOutcomeThatIsNotToBeKeptIsNot) {
  open(100);
  EXPECT_FALSE(keep(1, domain::hours(1), 0).rendered);
  EXPECT_FALSE(kept(1));
  EXPECT_EQ(count(), 0U);
}

TEST_F(AnswersInABatch, NeverAreMoreThanTheirBound) {
  open(3);
  for (std::uint8_t n = 1; n <= 10; ++n) {
    keep(n);
    clock_.advance(1000);
  }
  EXPECT_EQ(count(), 3U);
  // Of one day, the order is that of the hashes; of several, the oldest day goes first.
  clock_.advance(domain::days(1).us);
  keep(0);
  EXPECT_EQ(count(), 1U);  // yesterday's had ended too
  EXPECT_TRUE(kept(0));
}

TEST_F(AnswersInABatch, EndedOnesAreSweptAFewWithEachBatch) {
  open(100);
  for (std::uint8_t n = 1; n <= 9; ++n) keep(n, domain::seconds(1));
  clock_.advance(2'000'000);
  keep(10, domain::hours(1), 0);  // stores nothing, yet is a batch that sweeps
  EXPECT_EQ(count(), 5U);
  keep(11, domain::hours(1));
  EXPECT_EQ(count(), 2U);
  keep(12, domain::hours(1));
  EXPECT_EQ(count(), 2U);
}

TEST_F(AnswersInABatch, TheSameRequestAgainTakesThePlaceOfTheFirst) {
  open(100);
  keep(1);
  keep(1);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(open_answer(key(), *kept(1))->answer.reveal_text(), "answer 1 at 2");
}

TEST_F(AnswersInABatch, AreThereAfterARestart) {
  open(100);
  keep(1);
  open(100);
  EXPECT_TRUE(kept(1));
  EXPECT_EQ(count(), 1U);
}

}  // namespace
}  // namespace tweestap::eventstore
