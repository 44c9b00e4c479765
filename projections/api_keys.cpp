#include "projections/api_keys.h"

#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

struct KeyOfToken {
  domain::ApiKeyId id;
  static constexpr auto fields() { return std::tuple{domain::stored(&KeyOfToken::id)}; }
};
struct KeyCount {
  std::uint64_t not_revoked = 0;
  static constexpr auto fields() { return std::tuple{domain::stored(&KeyCount::not_revoked)}; }
};

struct KeyOwner {
  domain::Actor owner;
  static constexpr auto fields() { return std::tuple{domain::stored(&KeyOwner::owner)}; }
};

RowKey key_of(const domain::ApiKeyId& id) { return RowKey{'k'}.add(id); }
RowKey owner_key(const domain::ApiKeyId& id) { return RowKey{'o'}.add(id); }
RowKey key_of(const domain::TokenId& token) { return RowKey{'t'}.add(token); }
RowKey count_key() { return RowKey{'n'}; }

std::expected<void, Failure> add_to_count(Rows& rows, bool one_more) {
  auto count = read_row<KeyCount>(rows, kApiKeysView, count_key(), "api_keys");
  if (!count) return std::unexpected(count.error());
  KeyCount now = count->value_or(KeyCount{});
  if (!one_more && now.not_revoked == 0) return std::unexpected(damaged_row("api_keys"));
  now.not_revoked = one_more ? now.not_revoked + 1 : now.not_revoked - 1;
  write_row(rows, kApiKeysView, count_key(), now);
  return {};
}

// Found out when the key is made, so that a chain of keys is never walked.
std::expected<domain::Actor, Failure> owner_of(RowReader& rows, const domain::Actor& maker) {
  const auto* key = std::get_if<domain::ApiKeyId>(&maker);
  if (key == nullptr) return maker;
  const auto owner = read_api_key_owner(rows, *key);
  if (!owner) return std::unexpected(owner.error());
  if (!*owner) return std::unexpected(damaged_row("api_keys"));  // a key acted that was never made
  return **owner;
}

}  // namespace

ApiKeysView::ApiKeysView() : expiries_(kApiKeysView, 'x') {}

ViewNumber ApiKeysView::number() const { return kApiKeysView; }

std::expected<void, Failure> ApiKeysView::apply(const Stored& stored, Rows& rows) {
  expiries_.sweep(rows, stored.position, stored.time);
  if (const auto* created = std::get_if<domain::ApiKeyCreated>(&stored.event)) {
    write_row(rows, kApiKeysView, key_of(created->api_key),
              ApiKeyRow{created->api_key, created->token, created->role, created->name, stored.time,
                        created->expires_at, std::nullopt});
    write_row(rows, kApiKeysView, key_of(created->token), KeyOfToken{created->api_key});
    const auto owner = owner_of(rows, stored.actor);
    if (!owner) return std::unexpected(owner.error());
    write_row(rows, kApiKeysView, owner_key(created->api_key), KeyOwner{*owner});
    return add_to_count(rows, true);
  }
  const auto* revoked = std::get_if<domain::ApiKeyRevoked>(&stored.event);
  if (revoked == nullptr) return {};
  auto row = read_api_key(rows, revoked->api_key);
  if (!row) return std::unexpected(row.error());
  if (!*row || (*row)->revoked_at) return std::unexpected(damaged_row(name()));
  (*row)->revoked_at = stored.time;
  write_row(rows, kApiKeysView, key_of((*row)->id), **row);
  expiries_.set(rows, key_of((*row)->id), std::nullopt, stored.time);
  expiries_.set(rows, key_of((*row)->token), std::nullopt, stored.time);
  return add_to_count(rows, false);
}

std::expected<std::optional<ApiKeyRow>, Failure> read_api_key(RowReader& rows, const domain::ApiKeyId& id) {
  return read_row<ApiKeyRow>(rows, kApiKeysView, key_of(id), "api_keys");
}

std::expected<std::optional<ApiKeyRow>, Failure> read_api_key_of(RowReader& rows, const domain::TokenId& token) {
  const auto id = read_row<KeyOfToken>(rows, kApiKeysView, key_of(token), "api_keys");
  if (!id) return std::unexpected(id.error());
  if (!*id) return std::optional<ApiKeyRow>{};
  return read_api_key(rows, (*id)->id);
}

std::expected<std::vector<ApiKeyRow>, Failure> read_api_keys(RowReader& rows) {
  std::vector<ApiKeyRow> keys;
  for (auto at = rows.first_from(kApiKeysView, "k"); at && at->first.front() == 'k';) {
    auto row = decode_row<ApiKeyRow>(at->second);
    if (!row) return std::unexpected(damaged_row("api_keys"));
    keys.push_back(*std::move(row));
    at = rows.first_from(kApiKeysView, at->first + '\0');
  }
  if (rows.failure()) return std::unexpected(*rows.failure());
  return keys;
}

std::expected<std::optional<domain::Actor>, Failure> read_api_key_owner(RowReader& rows, const domain::ApiKeyId& id) {
  const auto row = read_row<KeyOwner>(rows, kApiKeysView, owner_key(id), "api_keys");
  if (!row) return std::unexpected(row.error());
  return *row ? std::optional{(*row)->owner} : std::nullopt;
}

std::expected<std::size_t, Failure> read_api_key_count(RowReader& rows) {
  const auto count = read_row<KeyCount>(rows, kApiKeysView, count_key(), "api_keys");
  if (!count) return std::unexpected(count.error());
  return *count ? (*count)->not_revoked : 0;
}

}  // namespace tweestap::projections
