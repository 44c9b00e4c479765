#pragma once

#include <cstdint>
#include <string_view>

#include "platform/bytes.h"
#include "platform/crypto/secret.h"

namespace tweestap::platform {

inline constexpr std::int64_t kTotpStepSeconds = 30;    // RFC 6238, 5.2
inline constexpr std::size_t kTotpSecretBytes = 20;     // 160 bits: RFC 4226, 4, R6
inline constexpr std::size_t kTotpSecretBytesMin = 16;  // 128 bits, for imported secrets: RFC 4226, 4, R6

/// RFC 6238 allows the other two; this service's own codes use SHA-1, which every authenticator app knows.
enum class HotpHash { Sha1, Sha256, Sha512 };

/// The code for a counter (RFC 4226, 5.3) as a number below 10^digits; digits 6..8.
[[nodiscard]] std::uint32_t hotp(Bytes secret, std::uint64_t counter, unsigned digits = 6,
                                 HotpHash hash = HotpHash::Sha1) noexcept;

/// The 30-second step that a time in seconds since the Unix epoch lies in (RFC 6238, 4.2).
[[nodiscard]] std::int64_t totp_step(std::int64_t wall_unix_seconds) noexcept;

/// Whether a text is exactly `[0-9]{6}`: no trimming, no Unicode digits (OTP-5).
[[nodiscard]] bool is_six_digits(std::string_view text) noexcept;

/// Which steps of the window a code is right for. Bit i of `mask` stands for step `current_step - 1 + i`, i in 0..2.
/// A rare code is right for two steps, and whoever decides has to know that the other is unspent.
struct TotpMatch {
  std::int64_t current_step = 0;
  std::uint8_t mask = 0;

  bool operator==(const TotpMatch&) const = default;
};

/// Compares a code with the three steps around the wall clock (OTP-3), in constant time and without an early exit over
/// the window (OTP-7). A text that is not six digits matches nothing, after the same work.
[[nodiscard]] TotpMatch match_totp(const Secret& secret, std::string_view code,
                                   std::int64_t wall_unix_seconds) noexcept;

/// `otpauth://totp/<issuer>:<account>?secret=…&issuer=…&algorithm=SHA1&digits=6&period=30` as authenticator apps read
/// it.
[[nodiscard]] Secret otpauth_uri(std::string_view issuer, std::string_view account, const Secret& secret);

}  // namespace tweestap::platform
