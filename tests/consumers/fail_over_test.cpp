#include "consumers/sms/fail_over.h"

#include <atomic>

#include "tests/consumers/sms_parts.h"

namespace tweestap::consumers::sms {
namespace {

using std::chrono::seconds;
using Kind = Outcome::Kind;

// Says what it is told to, and counts.
class Told final : public Gateway {
 public:
  explicit Told(Outcome& outcome, int& asked) : outcome_(outcome), asked_(asked) {}

 private:
  Outcome try_to_send(const Message&, const std::stop_token&) override {
    ++asked_;
    return outcome_;
  }
  Outcome& outcome_;
  int& asked_;
};

class FailOverTest : public ::testing::Test {
 protected:
  Outcome send() { return fail_over_.send(message(), {}); }
  void advance(seconds by) { clock_.advance(std::chrono::microseconds(by).count()); }

  Outcome first_{};
  Outcome second_{};
  int asked_first_ = 0;
  int asked_second_ = 0;
  platform::ManualClock clock_{0};
  FailOver fail_over_{std::make_unique<Told>(first_, asked_first_), std::make_unique<Told>(second_, asked_second_),
                      clock_};
};

TEST_F(FailOverTest, TheSecondIsNotAskedWhereTheFirstAccepts) {
  const auto outcome = send();
  EXPECT_EQ(outcome.kind(), Kind::Accepted);
  EXPECT_EQ(outcome.gateway, 1);
  EXPECT_EQ(asked_second_, 0);
}

TEST_F(FailOverTest, NorWhereTheNumberIsNone) {
  first_.trouble = Trouble::BadNumber;
  EXPECT_EQ(send().trouble, Trouble::BadNumber);
  EXPECT_EQ(asked_second_, 0);
}

TEST_F(FailOverTest, TheSecondIsAskedWhereTheFirstDoesNotTakeIt) {
  for (std::size_t i = 0; i < kTroubles; ++i) {
    first_.trouble = static_cast<Trouble>(i);
    asked_second_ = 0;
    const auto outcome = send();
    const bool passed_on =
        first_.trouble != Trouble::None && first_.trouble != Trouble::Stopped && first_.trouble != Trouble::BadNumber;
    EXPECT_EQ(asked_second_, passed_on ? 1 : 0) << trouble_name(first_.trouble);
    EXPECT_EQ(outcome.gateway, passed_on ? 2 : 1) << trouble_name(first_.trouble);
    EXPECT_EQ(outcome.kind(), passed_on ? Kind::Accepted : first_.kind());
    ASSERT_EQ(outcome.before != nullptr, passed_on) << "what the first said is not lost";
    if (passed_on) {
      EXPECT_EQ(outcome.before->trouble, first_.trouble);
      EXPECT_EQ(outcome.before->gateway, 1);
    }
    advance(FailOver::kRest);
  }
}

TEST_F(FailOverTest, AFirstThatIsDownRests) {
  first_.trouble = Trouble::TimedOut;
  static_cast<void>(send());
  ASSERT_EQ(asked_first_, 1);
  advance(FailOver::kRest - seconds(1));
  EXPECT_EQ(send().kind(), Kind::Accepted);
  EXPECT_EQ(asked_first_, 1);
  advance(seconds(1));
  EXPECT_EQ(send().kind(), Kind::Accepted);
  EXPECT_EQ(asked_first_, 2);
  EXPECT_EQ(send().kind(), Kind::Accepted);
  EXPECT_EQ(asked_first_, 2) << "it is still down, and rests again";
}

TEST_F(FailOverTest, AFirstThatIsBackIsAskedAgain) {
  first_.trouble = Trouble::NotReachable;
  static_cast<void>(send());
  advance(FailOver::kRest);
  first_.trouble = Trouble::None;
  EXPECT_EQ(send().gateway, 1);
  EXPECT_EQ(send().gateway, 1);
  EXPECT_EQ(asked_second_, 1);
}

TEST_F(FailOverTest, ItRestsAsLongAsItAskedFor) {
  first_ = {.trouble = Trouble::TooMany, .status = 429, .retry_after = seconds(60)};
  static_cast<void>(send());
  advance(seconds(59));
  static_cast<void>(send());
  EXPECT_EQ(asked_first_, 1);
  advance(seconds(1));
  static_cast<void>(send());
  EXPECT_EQ(asked_first_, 2);
}

TEST_F(FailOverTest, OneMessageThatWasNotAcceptedIsNoReasonToRest) {
  first_.trouble = Trouble::NotAccepted;
  static_cast<void>(send());
  static_cast<void>(send());
  EXPECT_EQ(asked_first_, 2);
}

TEST_F(FailOverTest, ARestingFirstIsAskedWhereTheSecondCannotEither) {
  first_.trouble = Trouble::TimedOut;
  static_cast<void>(send());
  first_.trouble = Trouble::None;
  second_.trouble = Trouble::GatewayFault;
  const auto outcome = send();
  EXPECT_EQ(outcome.kind(), Kind::Accepted);
  EXPECT_EQ(outcome.gateway, 1);
}

TEST_F(FailOverTest, WhereNeitherCanTheShorterWaitCounts) {
  first_ = {.trouble = Trouble::TooMany, .status = 429, .retry_after = seconds(60)};
  second_ = {.trouble = Trouble::GatewayFault, .status = 503, .retry_after = seconds(20)};
  EXPECT_EQ(send().retry_after, seconds(20));
  second_.retry_after = {};
  EXPECT_EQ(send().retry_after, std::nullopt);
  EXPECT_EQ(send().kind(), Kind::Later);
}

TEST_F(FailOverTest, ARefusalCountsWhereNeitherWillEverTakeIt) {
  first_.trouble = Trouble::Refused;
  second_.trouble = Trouble::Refused;
  EXPECT_EQ(send().kind(), Kind::Refused);
  second_.trouble = Trouble::BadNumber;
  EXPECT_EQ(send().kind(), Kind::Refused);
  first_.trouble = Trouble::TimedOut;
  EXPECT_EQ(send().kind(), Kind::Refused) << "a number that is none is none for the other one too";
}

TEST_F(FailOverTest, ARefusalIsNotTheEndWhereTheOtherMayTakeItLater) {
  first_.trouble = Trouble::TimedOut;
  second_.trouble = Trouble::Refused;
  const Outcome outcome = send();
  EXPECT_EQ(outcome.kind(), Kind::Later);
  EXPECT_EQ(outcome.gateway, 1);
  ASSERT_NE(outcome.before, nullptr);
  EXPECT_EQ(outcome.before->gateway, 2);
}

}  // namespace
}  // namespace tweestap::consumers::sms
