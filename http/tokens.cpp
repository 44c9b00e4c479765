#include "http/tokens.h"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/crypto/hash.h"
#include "platform/text/encoding.h"

namespace tweestap::http {
namespace {

constexpr std::size_t kTokenBytes = 32;    // 256 bits: nobody meets one by trying
constexpr std::size_t kTokenSymbols = 43;  // of base64url without padding
constexpr std::size_t kPrefixSize = 4;
constexpr std::array kKinds{TokenKind::Login, TokenKind::Session, TokenKind::Device, TokenKind::ApiKey};

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string_view token_prefix(TokenKind kind) {
  switch (kind) {
    case TokenKind::Login:
      return "lgt_";
    case TokenKind::Session:
      return "sst_";
    case TokenKind::Device:
      return "dvt_";
    case TokenKind::ApiKey:
      return "key_";
  }
  std::unreachable();
}

std::optional<TokenKind> token_kind(std::string_view text) {
  if (text.size() != kPrefixSize + kTokenSymbols) return std::nullopt;
  if (!std::ranges::all_of(text.substr(kPrefixSize), is_base64url)) return std::nullopt;
  for (const TokenKind kind : kKinds) {
    if (text.starts_with(token_prefix(kind))) return kind;
  }
  return std::nullopt;
}

domain::TokenId token_id(std::string_view text) {
  const platform::Digest digest = platform::sha256(text);
  domain::TokenId id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

std::expected<DrawnToken, platform::Failure> draw_token(platform::RandomSource& random, TokenKind kind) {
  auto bytes = platform::draw_secret(random, kTokenBytes);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  const platform::Secret symbols = platform::secret_to_base64url(*bytes);
  platform::Secret text(kPrefixSize + symbols.size());
  std::ranges::copy(token_prefix(kind), text.writable().begin());
  std::ranges::copy(symbols.reveal(), text.writable().begin() + kPrefixSize);
  const domain::TokenId id = token_id(text.reveal_text());
  return DrawnToken{std::move(text), id};
}

}  // namespace tweestap::http
