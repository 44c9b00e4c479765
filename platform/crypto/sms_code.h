#pragma once

#include <string_view>

#include "platform/bytes.h"
#include "platform/crypto/secret.h"

namespace tweestap::platform {

inline constexpr std::size_t kSmsCodeKeyBytes = 32;  // RFC 2104, 3: as long as the hash

/// What a code is good for. One purpose's code is never another's, even for the same challenge (OTP-4).
enum class SmsCodePurpose { Login, Enrolment, StepUp };

/// The six ASCII digits of a code that goes out by SMS. They are computed whenever they are needed, from the secret key
/// of the day and the id of the challenge, and are stored nowhere: HMAC-SHA-256(key, purpose, challenge, counter), of
/// which the first 32-bit number below the largest multiple of a million counts, so every code is equally likely
/// (OTP-1). The same arguments give the same code, which is what resending needs. A key that has not `kSmsCodeKeyBytes`
/// is a bug, and so is a challenge of more than 255 bytes or none: its id must never repeat under one key. Any thread.
[[nodiscard]] Secret sms_code(const Secret& day_key, SmsCodePurpose purpose, Bytes challenge);

/// Whether a typed text is that code: exactly six ASCII digits (OTP-5), compared in constant time (OTP-7). A text that
/// is not six digits is no code, after the same work. Any thread.
[[nodiscard]] bool is_sms_code(const Secret& day_key, SmsCodePurpose purpose, Bytes challenge, std::string_view typed);

}  // namespace tweestap::platform
