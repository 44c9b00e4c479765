#pragma once
// Percent-decoding of paths and queries, strictly (RFC 3986, 2.1).
#include <optional>
#include <string>
#include <string_view>

namespace tweestap::http {

/// The value of a hexadecimal digit in either case; -1 for what is none.
[[nodiscard]] int hex_digit(char c);

/// The decoded text; empty where a % is not followed by two hex digits, or where what comes out is no UTF-8 or has a
/// control character. A plus stays a plus: forms are not spoken here, and an e-mail address may hold one.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace tweestap::http
