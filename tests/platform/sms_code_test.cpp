#include "platform/crypto/sms_code.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"

namespace tweestap::platform {
namespace {

constexpr auto kPurposes =
    std::to_array<SmsCodePurpose>({SmsCodePurpose::Login, SmsCodePurpose::Enrolment, SmsCodePurpose::StepUp});

Secret key(std::uint8_t value = 7) { return Secret::from_bytes(std::vector<std::uint8_t>(kSmsCodeKeyBytes, value)); }

std::string code(const Secret& day_key, SmsCodePurpose purpose, std::string_view challenge) {
  return std::string(sms_code(day_key, purpose, bytes_of(challenge)).reveal_text());
}

std::vector<std::uint8_t> numbered(std::uint32_t number) {
  std::vector<std::uint8_t> challenge(16);
  for (std::size_t i = 0; i < 4; ++i) challenge[i] = static_cast<std::uint8_t>(number >> (8 * i));
  return challenge;
}

// A chi-square of `counts` lies this many deviations from its mean, for `draws` draws.
double deviations_from_even(const std::vector<int>& counts, double draws) {
  const double expected = draws / static_cast<double>(counts.size());
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  const double freedom = static_cast<double>(counts.size()) - 1;
  return (sum - freedom) / std::sqrt(2 * freedom);
}

// Six deviations: wrong alarm once in 10^8 runs. The key is a new one each time, so it may be more even than chance
// too.
TEST(OTP_1, CodesBySmsAreUniform) {
  SystemRandom random;
  const Secret day_key = draw_secret(random, kSmsCodeKeyBytes).value();
  constexpr std::uint32_t kDraws = 1'000'000;
  std::vector<int> first(1000);
  std::vector<int> last(1000);
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const Secret drawn = sms_code(day_key, SmsCodePurpose::Login, numbered(i));
    const auto digits = drawn.reveal();
    ASSERT_EQ(digits.size(), 6U);
    std::size_t value = 0;
    for (const std::uint8_t digit : digits) {
      ASSERT_TRUE(digit >= '0' && digit <= '9');
      value = 10 * value + (digit - '0');
    }
    ++first[value / 1000];
    ++last[value % 1000];
  }
  EXPECT_LT(std::abs(deviations_from_even(first, kDraws)), 6);
  EXPECT_LT(std::abs(deviations_from_even(last, kDraws)), 6);
}

// Computed with another implementation of HMAC: a code that was sent before an update still counts after it. The last
// one is the first challenge whose number is rejected and drawn again.
TEST(SmsCode, IsTheSameInEveryVersion) {
  EXPECT_EQ(code(key(), SmsCodePurpose::Login, "lgn_0000000000000001"), "853241");
  EXPECT_EQ(code(key(), SmsCodePurpose::Enrolment, "lgn_0000000000000001"), "937367");
  EXPECT_EQ(code(key(), SmsCodePurpose::StepUp, "lgn_0000000000000001"), "151528");
  EXPECT_EQ(code(key(), SmsCodePurpose::Login, "challenge-5077"), "707011");
}

TEST(SmsCode, IsTheSameWhenItIsSentAgain) {
  for (const SmsCodePurpose purpose : kPurposes) {
    EXPECT_EQ(code(key(), purpose, "a challenge"), code(key(), purpose, "a challenge"));
  }
}

TEST(SmsCode, KeepsLeadingZeros) {
  int with_zero = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const Secret drawn = sms_code(key(), SmsCodePurpose::Login, numbered(i));
    ASSERT_EQ(drawn.size(), 6U);
    with_zero += static_cast<int>(drawn.reveal()[0] == '0');
  }
  EXPECT_GT(with_zero, 50);
  EXPECT_LT(with_zero, 150);
}

// Two codes are the same by chance once in a million: of 3,000 pairs at most a few.
TEST(OTP_4, ACodeBySmsIsForItsKeyChallengeAndPurpose) {
  int same = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const auto challenge = numbered(i);
    const std::string right(sms_code(key(), SmsCodePurpose::Login, challenge).reveal_text());
    same += static_cast<int>(is_sms_code(key(8), SmsCodePurpose::Login, challenge, right));
    same += static_cast<int>(is_sms_code(key(), SmsCodePurpose::StepUp, challenge, right));
    same += static_cast<int>(is_sms_code(key(), SmsCodePurpose::Enrolment, challenge, right));
    same += static_cast<int>(is_sms_code(key(), SmsCodePurpose::Login, numbered(i + 1), right));
    ASSERT_TRUE(is_sms_code(key(), SmsCodePurpose::Login, challenge, right));
  }
  EXPECT_LE(same, 2);
}

// Ids of different lengths: what is appended to one is not taken for a counter or a length.
TEST(OTP_4, ChallengesOfAllLengthsAreDifferentOnes) {
  std::set<std::string> codes;
  for (std::size_t size = 1; size <= 255; ++size)
    codes.insert(code(key(), SmsCodePurpose::Login, std::string(size, '\0')));
  EXPECT_GE(codes.size(), 253U);
}

TEST(OTP_5, ACodeBySmsIsExactlySixDigits) {
  const std::string right = code(key(), SmsCodePurpose::Login, "a challenge");
  const auto counts = [](std::string_view typed) {
    return is_sms_code(key(), SmsCodePurpose::Login, bytes_of("a challenge"), typed);
  };
  EXPECT_TRUE(counts(right));
  for (const std::string& odd : {std::string(), " " + right, right + " ", right + "\n", right + right, right.substr(1),
                                 right.substr(0, 5), "+" + right.substr(1), right + std::string(1, '\0')}) {
    EXPECT_FALSE(counts(odd)) << odd;
  }
}

TEST(OTP_7, EveryOtherCodeIsRefused) {
  const std::string right = code(key(), SmsCodePurpose::Login, "a challenge");
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string typed = right;
      typed[at] = digit;
      EXPECT_EQ(is_sms_code(key(), SmsCodePurpose::Login, bytes_of("a challenge"), typed), typed == right);
    }
  }
}

TEST(SmsCodeDeathTest, AKeyOrChallengeOfTheWrongSizeIsABug) {
  const Secret small(kSmsCodeKeyBytes - 1);
  EXPECT_DEATH(static_cast<void>(sms_code(small, SmsCodePurpose::Login, bytes_of("a challenge"))), "32 bytes");
  EXPECT_DEATH(static_cast<void>(sms_code(key(), SmsCodePurpose::Login, {})), "1 to 255 bytes");
  const std::vector<std::uint8_t> large(256);
  EXPECT_DEATH(static_cast<void>(sms_code(key(), SmsCodePurpose::Login, large)), "1 to 255 bytes");
}

}  // namespace
}  // namespace tweestap::platform
