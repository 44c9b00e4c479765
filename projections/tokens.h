#pragma once
// What the token of a login, a session or a remembered device belongs to. Whether it still counts is the account's
// state to say.
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>

#include "domain/ids.h"
#include "domain/terms.h"
#include "projections/account_cache.h"
#include "projections/expiring_rows.h"
#include "projections/projection.h"

namespace tweestap::projections {

enum class TokenKind : std::uint8_t { Login, Session, Device, AppDevice };

}  // namespace tweestap::projections

template <>
inline constexpr auto tweestap::domain::kNames<tweestap::projections::TokenKind> =
    std::to_array<std::string_view>({"login", "session", "device", "app_device"});

namespace tweestap::projections {

/// A token that was handed out. It stays known until a day after `ends_at`, so that "over" can be told from "never
/// was".
struct TokenRow {
  TokenKind kind{};
  domain::AccountId account;
  domain::TokenId id;  // the login's or the session's id, which is its first token; the device's id
  domain::Listener listener{};
  domain::Time ends_at;          // of the login, absolute of the session, of the device; it may have ended before
  std::uint32_t generation = 0;  // of a device's tokens: which of them followed which (rule DEV-1)

  [[nodiscard]] domain::Time end() const { return ends_at; }
  [[nodiscard]] domain::LoginId login() const { return domain::LoginId{id.bytes}; }
  [[nodiscard]] domain::SessionId session() const { return domain::SessionId{id.bytes}; }
  [[nodiscard]] domain::AppDeviceId app_device() const { return domain::AppDeviceId{id.bytes}; }
  [[nodiscard]] domain::DeviceId device() const { return domain::DeviceId{id.bytes}; }
  static constexpr auto fields() {
    return std::tuple{domain::stored(&TokenRow::kind),    domain::stored(&TokenRow::account),
                      domain::stored(&TokenRow::id),      domain::stored(&TokenRow::listener),
                      domain::stored(&TokenRow::ends_at), domain::stored(&TokenRow::generation)};
  }
  friend bool operator==(const TokenRow&, const TokenRow&) = default;
};

struct TokenKey {
  domain::TokenId token;
  [[nodiscard]] RowKey row_key() const { return RowKey{'t'}.add(token); }
  [[nodiscard]] std::uint64_t order() const { return first_bytes(token.bytes.data()); }
  friend auto operator<=>(const TokenKey&, const TokenKey&) = default;
  struct Hash {
    std::size_t operator()(const TokenKey& key) const noexcept { return SubjectHash{}({key.token.bytes}); }
  };
};

/// View 3. Rows: `t` token -> TokenRow; `x` the expiry index. A renewed session's fresh token has a row of its own; the
/// earlier ones stay, and the account's state says that they are over (SES-3). So has every token of a device: each is
/// known, and recognised when it comes back, until the device's end and a day (DEV-1). A phone that logs in with a PIN
/// is found by its id, which is no secret; its row has no end and goes when it is unbound. One that SES-2 ended keeps
/// its row: there are no more of them than times that somebody proved a password and both keys.
class TokensView final : public eventstore::InlineView {
 public:
  explicit TokensView(Keeping keeping = Keeping::InRows);
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 2; }
  [[nodiscard]] std::string_view name() const override { return "tokens"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
  [[nodiscard]] std::expected<void, Failure> finish(Rows& rows) override;

 private:
  ExpiringRows<TokenKey, TokenRow> tokens_;
};

[[nodiscard]] std::expected<std::optional<TokenRow>, Failure> read_token(RowReader& rows, const domain::TokenId& token);

}  // namespace tweestap::projections
