#include "platform/crypto/totp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "platform/crypto/random.h"
#include "platform/text/encoding.h"
#include "tests/platform/temporary_folder.h"
#include "tests/platform/vectors.h"

namespace tweestap::platform {
namespace {

constexpr std::string_view kRfcSecret = "12345678901234567890";

std::string padded(std::uint32_t code, unsigned digits) {
  std::string text = std::to_string(code);
  return std::string(digits - text.size(), '0') + text;
}

std::string code_at(const Secret& secret, std::int64_t step) {
  return padded(hotp(secret.reveal(), static_cast<std::uint64_t>(step)), 6);
}

TEST(OTP_3, Rfc4226Has10Of10) {
  const auto vectors = read_vectors("rfc4226_appendix_d.txt");
  ASSERT_EQ(vectors.size(), 10U);
  for (const auto& line : vectors) {
    EXPECT_EQ(padded(hotp(bytes_of(kRfcSecret), std::stoull(line[0])), 6), line[1]) << "counter " << line[0];
  }
}

TEST(OTP_3, Rfc6238Has18Of18) {
  const auto vectors = read_vectors("rfc6238_appendix_b.txt");
  ASSERT_EQ(vectors.size(), 18U);
  const std::string digits = "1234567890123456789012345678901234567890123456789012345678901234";
  for (const auto& line : vectors) {
    const auto hash = line[1] == "SHA1" ? HotpHash::Sha1 : line[1] == "SHA256" ? HotpHash::Sha256 : HotpHash::Sha512;
    const std::size_t size = line[1] == "SHA1" ? 20 : line[1] == "SHA256" ? 32 : 64;
    const auto step = static_cast<std::uint64_t>(totp_step(std::stoll(line[0])));
    EXPECT_EQ(padded(hotp(bytes_of(std::string_view(digits).substr(0, size)), step, 8, hash), 8), line[2])
        << line[0] << " " << line[1];
  }
}

TEST(TotpStep, RoundsDownAlsoBeforeTheEpoch) {
  EXPECT_EQ(totp_step(0), 0);
  EXPECT_EQ(totp_step(29), 0);
  EXPECT_EQ(totp_step(30), 1);
  EXPECT_EQ(totp_step(-1), -1);
  EXPECT_EQ(totp_step(-30), -1);
  EXPECT_EQ(totp_step(-31), -2);
}

TEST(OTP_3, TheWindowIsOneStepToEitherSide) {
  SystemRandom random;
  constexpr std::int64_t kNow = 1'900'000'000;
  const std::int64_t current = totp_step(kNow);
  for (int round = 0; round < 200; ++round) {
    const Secret secret = draw_secret(random, kTotpSecretBytes).value();
    for (std::int64_t offset = -20; offset <= 20; ++offset) {
      const std::string code = code_at(secret, current + offset);
      const TotpMatch match = match_totp(secret, code, kNow);
      EXPECT_EQ(match.current_step, current);
      // A code may be right for another step by chance; then that bit has to be set as well.
      unsigned expected = 0;
      for (unsigned i = 0; i < 3; ++i) expected |= static_cast<unsigned>(code_at(secret, current - 1 + i) == code) << i;
      ASSERT_EQ(match.mask, expected) << "offset " << offset;
      if (offset >= -1 && offset <= 1) {
        EXPECT_TRUE(match.mask & 1U << (offset + 1));
      }
    }
  }
}

TEST(OTP_3, ACodeThatIsRightTwiceShowsBothSteps) {
  const Secret secret = Secret::from_text(kRfcSecret);
  // Looks for a step whose code comes again two steps later; one in a million does.
  for (std::int64_t step = 1; step < 5'000'000; ++step) {
    static std::array<std::uint32_t, 3> last{1'000'000, 1'000'001, 1'000'002};
    const std::uint32_t code = hotp(secret.reveal(), static_cast<std::uint64_t>(step));
    if (code == last[static_cast<std::size_t>((step + 1) % 3)] && step > 3) {
      const TotpMatch match = match_totp(secret, padded(code, 6), (step - 1) * 30);
      EXPECT_EQ(match.mask, 0b101U);
      return;
    }
    last[static_cast<std::size_t>(step % 3)] = code;
  }
  FAIL() << "no code came twice";
}

TEST(OTP_5, ACodeIsExactlySixDigits) {
  for (const std::string_view good : {"000000", "014874", "999999"}) EXPECT_TRUE(is_six_digits(good)) << good;
  for (const std::string_view odd : {"",         "12345",  "1234567", " 123456",      "123456 ",
                                     "123456\n", " 12345", "12345 ",  "123 456",      "12345a",
                                     "+12345",   "-12345", "1e5000",  "0x1234",       "12345\n",
                                     "\t12345",  "12.345", "١٢٣٤٥٦",  "１２３４５６", "12345\xef\xbc\x96",
                                     "१२३४५६"}) {
    EXPECT_FALSE(is_six_digits(odd)) << odd;
  }
  EXPECT_FALSE(is_six_digits(std::string_view("12345\0", 6)));
  EXPECT_FALSE(is_six_digits(std::string_view("123456\0", 7)));
}

TEST(OTP_5, OddFormsOfARightCodeMatchNothing) {
  const Secret secret = Secret::from_text(kRfcSecret);
  const std::string right = code_at(secret, 1);
  EXPECT_EQ(match_totp(secret, right, 59).mask, 0b010);
  for (const std::string& odd : {" " + right, right + " ", right + "0", right.substr(0, 5), std::string()}) {
    EXPECT_EQ(match_totp(secret, odd, 59).mask, 0) << odd;
  }
}

// A loop that stops at its first match would take a third of the time for the first step, and two thirds for the
// second, however often it runs. Without one the fastest runs come together: on a busy machine later, hence as many
// rounds as it takes, up to a bound. More rounds never make a difference smaller that is really there.
TEST(OTP_7, TheTimeDoesNotTellWhichStepMatched) {
  const Secret secret = Secret::from_text(kRfcSecret);
  constexpr std::int64_t kNow = 1'900'000'000;
  const std::int64_t step = totp_step(kNow);
  const std::array<std::string, 5> codes{code_at(secret, step - 1), code_at(secret, step), code_at(secret, step + 1),
                                         "000000", "no code"};
  std::array<double, 5> fastest;
  fastest.fill(1e9);
  const auto spread = [&fastest] {
    const auto [least, most] = std::ranges::minmax(fastest);
    return most / least;
  };
  constexpr int kRoundsMin = 300;
  constexpr int kRoundsMax = 30'000;
  for (int round = 0; round < kRoundsMax && (round < kRoundsMin || spread() >= 1.25); ++round) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const auto began = std::chrono::steady_clock::now();
      for (int k = 0; k < 20; ++k) static_cast<void>(match_totp(secret, codes[i], kNow));
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
      fastest[i] = std::min(fastest[i], took.count());
    }
  }
  EXPECT_LT(spread(), 1.25);
}

TEST(OtpauthUri, IsWhatOathtoolAndAppsRead) {
  SystemRandom random;
  const Secret secret = draw_secret(random, kTotpSecretBytes).value();
  const Secret uri = otpauth_uri("Zorg & Co", "alex@example.org", secret);
  const std::string text(uri.reveal_text());
  const std::string base32 = to_base32(secret.reveal());
  EXPECT_EQ(text, "otpauth://totp/Zorg%20%26%20Co:alex%40example.org?secret=" + base32 +
                      "&issuer=Zorg%20%26%20Co&algorithm=SHA1&digits=6&period=30");
  const std::string code = output_of("oathtool --totp -b " + base32 + " -N '2030-01-01 00:00:10 UTC'");
  ASSERT_EQ(code.size(), 7U) << "oathtool has to be installed";
  EXPECT_EQ(match_totp(secret, code.substr(0, 6), 1'893'456'010).mask & 0b010, 0b010);
}

}  // namespace
}  // namespace tweestap::platform
