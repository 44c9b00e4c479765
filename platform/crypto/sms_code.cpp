#include "platform/crypto/sms_code.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "platform/bug.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/totp.h"

namespace tweestap::platform {
namespace {

constexpr std::uint32_t kCodes = 1'000'000;
// Numbers from here on would give the first codes once more than the last ones: 2^32 mod 10^6 = 967,296 of them.
constexpr std::uint32_t kRejectedFrom = 0U - (0U - kCodes) % kCodes;
static_assert(kRejectedFrom == 4'294'000'000U && kRejectedFrom % kCodes == 0);

std::string_view label_of(SmsCodePurpose purpose) {
  switch (purpose) {
    case SmsCodePurpose::Login:
      return "tweestap-sms-code-v1 login";
    case SmsCodePurpose::Enrolment:
      return "tweestap-sms-code-v1 enrolment";
    case SmsCodePurpose::StepUp:
      return "tweestap-sms-code-v1 step-up";
  }
  bug("a code by SMS has a purpose");
}

// label, 0, length of the challenge, challenge, counter: no two different triples are the same bytes.
std::vector<std::uint8_t> message_of(SmsCodePurpose purpose, Bytes challenge) {
  if (challenge.empty() || challenge.size() > 255) bug("the id of a challenge has 1 to 255 bytes");
  std::vector<std::uint8_t> message;
  const Bytes label = bytes_of(label_of(purpose));
  message.reserve(label.size() + challenge.size() + 3);
  message.insert(message.end(), label.begin(), label.end());
  message.push_back(0);
  message.push_back(static_cast<std::uint8_t>(challenge.size()));
  message.insert(message.end(), challenge.begin(), challenge.end());
  message.push_back(0);
  return message;
}

std::uint32_t number_of(const Secret& day_key, SmsCodePurpose purpose, Bytes challenge) {
  if (day_key.size() != kSmsCodeKeyBytes) bug("the key of a day has 32 bytes");
  std::vector<std::uint8_t> message = message_of(purpose, challenge);
  // A number is rejected once in 4,440 times: 32 in a row never happen, unless the hash is broken.
  constexpr std::uint8_t kCountersMax = 32;
  for (std::uint8_t counter = 0; counter < kCountersMax; ++counter) {
    message.back() = counter;
    Digest mac = hmac_sha256(day_key, message);
    const std::uint32_t drawn = static_cast<std::uint32_t>(mac[0]) << 24 | static_cast<std::uint32_t>(mac[1]) << 16 |
                                static_cast<std::uint32_t>(mac[2]) << 8 | static_cast<std::uint32_t>(mac[3]);
    wipe_memory(mac);
    if (drawn < kRejectedFrom) return drawn % kCodes;
  }
  bug("HMAC-SHA-256 gives no number for a code");
}

}  // namespace

Secret sms_code(const Secret& day_key, SmsCodePurpose purpose, Bytes challenge) {
  std::uint32_t number = number_of(day_key, purpose, challenge);
  Secret code(6);
  const auto digits = code.writable();
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, number /= 10) {
    *digit = static_cast<std::uint8_t>('0' + number % 10);
  }
  return code;
}

bool is_sms_code(const Secret& day_key, SmsCodePurpose purpose, Bytes challenge, std::string_view typed) {
  const Secret right = sms_code(day_key, purpose, challenge);
  std::array<std::uint8_t, 6> digits;
  digits.fill(0xff);  // equal to no digit
  if (is_six_digits(typed)) std::ranges::copy(bytes_of(typed), digits.begin());
  const bool equal = constant_time_equal(right.reveal(), digits);
  wipe_memory(digits);
  return equal;
}

}  // namespace tweestap::platform
