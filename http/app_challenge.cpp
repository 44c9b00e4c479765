#include "http/app_challenge.h"

#include <array>
#include <vector>

#include "platform/bytes.h"
#include "platform/crypto/hash.h"
#include "platform/text/encoding.h"

namespace tweestap::http {
namespace {

constexpr std::uint8_t kChallengeFormat = 1;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kRandomBytes = 16;  // two challenges of one microsecond are two
constexpr std::size_t kHeadBytes = 1 + kTimeBytes + kRandomBytes;

platform::Digest mac_of(const platform::Secret& key, std::string_view purpose, platform::Bytes head) {
  std::string message{"tweestap-app-challenge-v1\n"};
  message.append(purpose).append("\n").append(platform::text_of(head));
  return platform::hmac_sha256(key, message);
}

}  // namespace

std::string AppChallenges::binding(const domain::SessionId& session) { return "bind\n" + session.text(); }

std::string AppChallenges::login(std::string_view app_device, std::uint64_t sequence) {
  return std::string{"login\n"}.append(app_device).append("\n").append(std::to_string(sequence));
}

std::expected<std::string, platform::Failure> AppChallenges::make(std::string_view purpose, domain::Time ends_at,
                                                                  platform::RandomSource& random) const {
  const auto drawn = platform::draw_bytes<kRandomBytes>(random);
  if (!drawn) return std::unexpected(drawn.error());
  std::vector<std::uint8_t> bytes{kChallengeFormat};
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(ends_at.us) >> (56 - 8 * i)));
  }
  bytes.insert(bytes.end(), drawn->begin(), drawn->end());
  const platform::Digest mac = mac_of(key_, purpose, bytes);
  bytes.insert(bytes.end(), mac.begin(), mac.end());
  return platform::to_base64url(bytes);
}

bool AppChallenges::counts(std::string_view challenge, std::string_view purpose, domain::Time now) const {
  const auto bytes = platform::from_base64url(challenge);
  if (!bytes || bytes->size() != kHeadBytes + sizeof(platform::Digest) || bytes->front() != kChallengeFormat)
    return false;
  const platform::Bytes all{*bytes};
  const platform::Digest mac = mac_of(key_, purpose, all.first(kHeadBytes));
  if (!platform::constant_time_equal(mac, all.subspan(kHeadBytes))) return false;
  std::uint64_t ends_at_us = 0;
  for (const std::uint8_t byte : all.subspan(1, kTimeBytes)) ends_at_us = ends_at_us << 8 | byte;
  return now < domain::Time{static_cast<std::int64_t>(ends_at_us)};
}

std::uint64_t AppChallenges::made_up_sequence(std::string_view app_device) const {
  constexpr std::uint64_t kLoginsOfMost = 50;
  const platform::Digest mac =
      platform::hmac_sha256(key_, std::string{"tweestap-app-sequence-v1\n"}.append(app_device));
  return 1 + (std::uint64_t{mac[0]} << 8 | mac[1]) % kLoginsOfMost;
}

std::string binding_message(const domain::SessionId& session, std::string_view challenge) {
  return "tweestap-app-bind-v1\n" + session.text() + "\n" + std::string{challenge};
}

std::string login_message(std::string_view app_device, std::string_view challenge, std::uint64_t sequence) {
  return std::string{"tweestap-app-login-v1\n"}
      .append(app_device)
      .append("\n")
      .append(challenge)
      .append("\n")
      .append(std::to_string(sequence));
}

std::string pin_message(std::string_view message, std::string_view device_signature) {
  return std::string{message}.append("\n").append(device_signature);
}

}  // namespace tweestap::http
