#pragma once
// What a phone signs: challenges that nobody has to remember (rule APP-1).
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/time.h"
#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::http {

/// Makes and judges challenges under one key. A challenge says when it is over and carries a MAC of that and of what it
/// is for, so that nothing is stored: it counts for its session, or for its phone's next login, until its end. A login
/// moves the phone's sequence number, which is part of what the MAC covers, and so voids every one before. Thread rule:
/// any thread; the key outlives it.
class AppChallenges {
 public:
  explicit AppChallenges(const platform::Secret& key) : key_(key) {}

  /// For binding a phone from this session.
  [[nodiscard]] static std::string binding(const domain::SessionId& session);
  /// For the login number `sequence` of what was said to be a phone; `app_device` is any text.
  [[nodiscard]] static std::string login(std::string_view app_device, std::uint64_t sequence);

  /// base64url, 76 symbols. Unavailable without randomness.
  [[nodiscard]] std::expected<std::string, platform::Failure> make(std::string_view purpose, domain::Time ends_at,
                                                                   platform::RandomSource& random) const;
  /// Whether it was made for that and is not over.
  [[nodiscard]] bool counts(std::string_view challenge, std::string_view purpose, domain::Time now) const;

  /// The number that an unknown phone is told: always the same for one text, and as small as a real one's.
  [[nodiscard]] std::uint64_t made_up_sequence(std::string_view app_device) const;

 private:
  const platform::Secret& key_;
};

/// What both keys of a phone sign to bind it: `tweestap-app-bind-v1\n<session id>\n<challenge>`.
[[nodiscard]] std::string binding_message(const domain::SessionId& session, std::string_view challenge);
/// What they sign to log in: `tweestap-app-login-v1\n<app_device>\n<challenge>\n<sequence>`.
[[nodiscard]] std::string login_message(std::string_view app_device, std::string_view challenge,
                                        std::uint64_t sequence);
/// The PIN's key signs that text, a newline, and the device's signature as it is sent: so that the one who answers for
/// the PIN has the phone in hand.
[[nodiscard]] std::string pin_message(std::string_view message, std::string_view device_signature);

}  // namespace tweestap::http
