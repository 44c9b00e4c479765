#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::platform {

inline constexpr std::size_t kIdentifierBytesMin = 3;    // a@b
inline constexpr std::size_t kIdentifierBytesMax = 254;  // RFC 5321, 4.5.3.1.3, without the brackets
inline constexpr std::size_t kPasswordPointsMin = 8;     // NIST SP 800-63B-4, 3.1.1.2
inline constexpr std::size_t kPasswordPointsMax = 128;   // bounds the work of normalising and hashing
inline constexpr std::size_t kDisplayNamePointsMax = 100;

/// Whether the bytes are UTF-8 (RFC 3629): no overlong forms, surrogates or values beyond U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The one form of an e-mail address that decides the account and the counter (THR-1): white space around it removed,
/// NFKC, case folded, the domain as IDNA's ASCII form (UTS 46, non-transitional). 3..254 bytes, printable, one @ with
/// something on both sides; otherwise Invalid. The canonical form of a canonical form is itself.
[[nodiscard]] std::expected<std::string, Failure> canonical_identifier(std::string_view text);

enum class PasswordProblem {
  NotText,  ///< not UTF-8, or with a code point that Unicode has not assigned a use in text (U+0000)
  TooShort,
  TooLong,
};

struct PasswordLength {
  std::size_t points_min = kPasswordPointsMin;
  std::size_t points_max = kPasswordPointsMax;
};

/// The password as it is hashed and looked up: NFC, nothing trimmed, its length counted in code points afterwards
/// (NIST SP 800-63B-4, 3.1.1.2). No other rules about its composition.
[[nodiscard]] std::expected<Secret, PasswordProblem> normalize_password(std::string_view text,
                                                                        PasswordLength length = {});

/// A name as it is shown: NFC, trimmed, 1..100 code points, no controls, no bidirectional overrides or isolates (they
/// could make the rest of a page read otherwise), no line separators. Otherwise Invalid.
[[nodiscard]] std::expected<std::string, Failure> display_name(std::string_view text);

/// As display_name(), for a name that everybody may read who reads events: Invalid also with an at sign, or with nine
/// digits between which there is nothing but what phone numbers are written with, since that is somebody's address or
/// number (rule LOG-1).
[[nodiscard]] std::expected<std::string, Failure> public_name(std::string_view text);

}  // namespace tweestap::platform
