#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/bytes.h"
#include "platform/crypto/secret.h"

namespace tweestap::platform {

/// Text forms of bytes. Decoding is strict: one text for one value. Wrong symbols, wrong lengths, padding and left-over
/// bits that are not zero give nothing. Any thread.

/// Lower-case hexadecimal; reading takes both cases.
[[nodiscard]] std::string to_hex(Bytes bytes);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// RFC 4648, 5, without padding.
[[nodiscard]] std::string to_base64url(Bytes bytes);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text);

/// RFC 4648, 4, without padding, as PHC strings have it.
[[nodiscard]] std::string to_base64(Bytes bytes);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

/// RFC 4648, 6, without padding, upper case; reading takes both cases, as people type secrets.
[[nodiscard]] std::string to_base32(Bytes bytes);
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_base32(std::string_view text);

/// The same for what must not stay in memory.
[[nodiscard]] Secret secret_to_base64url(const Secret& secret);
[[nodiscard]] Secret secret_to_base32(const Secret& secret);
[[nodiscard]] std::optional<Secret> secret_from_base32(std::string_view text);
[[nodiscard]] std::optional<Secret> secret_from_base64url(std::string_view text);
[[nodiscard]] std::optional<Secret> secret_from_hex(std::string_view text);

/// Percent-encodes everything but RFC 3986's unreserved characters.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace tweestap::platform
