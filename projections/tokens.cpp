#include "projections/tokens.h"

#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

// A session's fresh token, where the event hands one out.
struct Renewal {
  domain::SessionId session;
  domain::TokenId token;
};

std::optional<Renewal> renewal_of(const domain::Event& event) {
  using Found = std::optional<Renewal>;
  return std::visit(
      [](const auto& one) -> Found {
        using E = std::remove_cvref_t<decltype(one)>;
        if constexpr (std::is_same_v<E, domain::PasswordChanged> || std::is_same_v<E, domain::TwoStepMethodChanged> ||
                      std::is_same_v<E, domain::SessionSteppedUp>) {
          return Renewal{one.session, one.token};
        } else if constexpr (std::is_same_v<E, domain::TwoStepEnabled>) {
          return one.session && one.token ? Found{Renewal{*one.session, *one.token}} : Found{};
        } else {
          return Found{};
        }
      },
      event);
}

}  // namespace

TokensView::TokensView(Keeping keeping) : tokens_(kTokensView, "tokens", 'x', keeping) {}

ViewNumber TokensView::number() const { return kTokensView; }

std::expected<void, Failure> TokensView::apply(const Stored& stored, Rows& rows) {
  tokens_.sweep(rows, stored.position, stored.time);
  const auto hand_out = [&](const domain::TokenId& token, const TokenRow& row) {
    tokens_.put(rows, {token}, std::nullopt, row);
  };
  const domain::AccountId account{stored.subject.bytes};
  if (const auto* started = std::get_if<domain::LoginStarted>(&stored.event)) {
    const domain::TokenId token{started->login.bytes};
    hand_out(token, {TokenKind::Login, account, token, started->listener, started->expires_at});
  } else if (const auto* completed = std::get_if<domain::LoginCompleted>(&stored.event)) {
    const domain::TokenId token{completed->session.bytes};
    hand_out(token, {TokenKind::Session, account, token, completed->listener, completed->expires_at});
  } else if (const auto* remembered = std::get_if<domain::DeviceRemembered>(&stored.event)) {
    hand_out(remembered->token, {TokenKind::Device, account, domain::TokenId{remembered->device.bytes},
                                 domain::Listener::Public, remembered->until});
  } else if (const auto* used = std::get_if<domain::DeviceUsed>(&stored.event)) {
    // The row of the token that it brought is there, as those of sessions below.
    const auto before = tokens_.get(rows, {used->used});
    if (!before) return std::unexpected(before.error());
    if (!*before) return std::unexpected(damaged_row(name()));
    TokenRow next = **before;
    ++next.generation;
    hand_out(used->token, next);
  } else if (const auto* bound = std::get_if<domain::AppDeviceBound>(&stored.event)) {
    const domain::TokenId id{bound->app_device.bytes};
    hand_out(id, {TokenKind::AppDevice, account, id, domain::Listener::Public, domain::kTimeMax});
  } else if (const auto* unbound = std::get_if<domain::AppDeviceUnbound>(&stored.event)) {
    tokens_.erase(rows, {domain::TokenId{unbound->app_device.bytes}}, domain::kTimeMax);
  } else if (const auto renewal = renewal_of(stored.event)) {
    // The first token's row is there until a day after the session's absolute end, and no renewal comes after that end.
    const auto first = tokens_.get(rows, {domain::TokenId{renewal->session.bytes}});
    if (!first) return std::unexpected(first.error());
    if (!*first) return std::unexpected(damaged_row(name()));
    hand_out(renewal->token, **first);
  }
  return {};
}

std::expected<void, Failure> TokensView::finish(Rows& rows) {
  tokens_.finish(rows);
  return {};
}

std::expected<std::optional<TokenRow>, Failure> read_token(RowReader& rows, const domain::TokenId& token) {
  return read_row<TokenRow>(rows, kTokensView, TokenKey{token}.row_key(), "tokens");
}

}  // namespace tweestap::projections
