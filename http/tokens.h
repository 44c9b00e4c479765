#pragma once
// Bearer tokens: 256 random bits as base64url behind a prefix that says what they are for.
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "domain/ids.h"
#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::http {

enum class TokenKind : std::uint8_t { Login, Session, Device, ApiKey };

/// `lgt_`, `sst_`, `dvt_`, `key_`.
[[nodiscard]] std::string_view token_prefix(TokenKind kind);

/// Which kind the text says it is; empty where it is no token at all: wrong prefix, length or symbol.
[[nodiscard]] std::optional<TokenKind> token_kind(std::string_view text);

/// What a token is known by: the first 128 bits of the SHA-256 of its whole text.
[[nodiscard]] domain::TokenId token_id(std::string_view text);

struct DrawnToken {
  platform::Secret text;
  domain::TokenId id;
};

/// Unavailable without randomness.
[[nodiscard]] std::expected<DrawnToken, platform::Failure> draw_token(platform::RandomSource& random, TokenKind kind);

/// An id of 128 random bits; never one of the reserved subjects.
template <class Id>
[[nodiscard]] std::expected<Id, platform::Failure> draw_id(platform::RandomSource& random) {
  while (true) {
    auto bytes = platform::draw_bytes<16>(random);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    if (!domain::Subject{*bytes}.is_reserved()) return Id{*bytes};
  }
}

}  // namespace tweestap::http
