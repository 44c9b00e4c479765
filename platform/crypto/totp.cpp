#include "platform/crypto/totp.h"

#include <algorithm>
#include <array>
#include <string>

#include "platform/bug.h"
#include "platform/crypto/hash.h"
#include "platform/text/encoding.h"

namespace tweestap::platform {
namespace {

// Dynamic truncation, RFC 4226, 5.3. The offset is taken from the last byte of whichever hash it is (RFC 6238, 1.2).
std::uint32_t truncate(Bytes mac) {
  const std::size_t offset = mac[mac.size() - 1] & 0x0fU;
  return (static_cast<std::uint32_t>(mac[offset]) & 0x7fU) << 24 | static_cast<std::uint32_t>(mac[offset + 1]) << 16 |
         static_cast<std::uint32_t>(mac[offset + 2]) << 8 | static_cast<std::uint32_t>(mac[offset + 3]);
}

std::uint32_t truncated_mac(Bytes secret, Bytes counter, HotpHash hash) noexcept {
  switch (hash) {
    case HotpHash::Sha1:
      return truncate(hmac_sha1(secret, counter));
    case HotpHash::Sha256:
      return truncate(hmac_sha256(secret, counter));
    case HotpHash::Sha512:
      return truncate(hmac_sha512(secret, counter));
  }
  bug("there are three hashes for HOTP");
}

using SixDigits = std::array<std::uint8_t, 6>;

SixDigits digits_of(std::uint32_t code) noexcept {
  SixDigits digits;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, code /= 10) {
    *digit = static_cast<std::uint8_t>('0' + code % 10);
  }
  return digits;
}

}  // namespace

std::uint32_t hotp(Bytes secret, std::uint64_t counter, unsigned digits, HotpHash hash) noexcept {
  if (digits < 6 || digits > 8) bug("a HOTP code has six to eight digits");
  std::array<std::uint8_t, 8> message;
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(counter >> (56 - 8 * i));
  constexpr std::array<std::uint32_t, 9> kPowers{1,       10,        100,        1'000,      10'000,
                                                 100'000, 1'000'000, 10'000'000, 100'000'000};
  return truncated_mac(secret, message, hash) % kPowers[digits];
}

std::int64_t totp_step(std::int64_t wall_unix_seconds) noexcept {
  const std::int64_t step = wall_unix_seconds / kTotpStepSeconds;
  return wall_unix_seconds % kTotpStepSeconds < 0 ? step - 1 : step;
}

bool is_six_digits(std::string_view text) noexcept {
  return text.size() == 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

TotpMatch match_totp(const Secret& secret, std::string_view code, std::int64_t wall_unix_seconds) noexcept {
  SixDigits typed;
  typed.fill(0xff);  // equal to no digit
  if (is_six_digits(code)) std::ranges::copy(bytes_of(code), typed.begin());
  TotpMatch match{.current_step = totp_step(wall_unix_seconds)};
  for (unsigned i = 0; i < 3; ++i) {
    const auto counter = static_cast<std::uint64_t>(match.current_step - 1 + i);
    const SixDigits right = digits_of(hotp(secret.reveal(), counter));
    // Every step is computed and compared whatever the ones before gave: the time tells nothing about which one it was.
    const auto equal = static_cast<unsigned>(constant_time_equal(right, typed));
    match.mask = static_cast<std::uint8_t>(match.mask | equal << i);
  }
  return match;
}

Secret otpauth_uri(std::string_view issuer, std::string_view account, const Secret& secret) {
  const std::string name = percent_encode(issuer);
  const std::string head = "otpauth://totp/" + name + ":" + percent_encode(account) + "?secret=";
  const std::string tail = "&issuer=" + name + "&algorithm=SHA1&digits=6&period=30";
  const Secret key = secret_to_base32(secret);
  Secret uri(head.size() + key.size() + tail.size());
  auto end = std::ranges::copy(bytes_of(head), uri.writable().begin()).out;
  end = std::ranges::copy(key.reveal(), end).out;
  std::ranges::copy(bytes_of(tail), end);
  return uri;
}

}  // namespace tweestap::platform
