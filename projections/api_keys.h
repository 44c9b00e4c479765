#pragma once
// Machine clients.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/terms.h"
#include "projections/expiry.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// A machine client's key.
struct ApiKeyRow {
  domain::ApiKeyId id;
  domain::TokenId token;  // the key, hashed
  domain::KeyRole role{};
  std::string name;
  domain::Time created_at;
  std::optional<domain::Time> expires_at;
  std::optional<domain::Time> revoked_at;

  [[nodiscard]] bool is_over(domain::Time now) const { return revoked_at || (expires_at && now >= *expires_at); }
  static constexpr auto fields() {
    return std::tuple{domain::stored(&ApiKeyRow::id),         domain::stored(&ApiKeyRow::token),
                      domain::stored(&ApiKeyRow::role),       domain::stored(&ApiKeyRow::name),
                      domain::stored(&ApiKeyRow::created_at), domain::stored(&ApiKeyRow::expires_at),
                      domain::stored(&ApiKeyRow::revoked_at)};
  }
  friend bool operator==(const ApiKeyRow&, const ApiKeyRow&) = default;
};

/// View 5. Rows: `k` id -> ApiKeyRow; `t` token -> id; `n` -> how many are not revoked; `o` id -> who made it; `x` the
/// expiry index. A key that is revoked stays known for a day, one whose time is over too; who made it for ever, because
/// what it did stays theirs (rule ADM-1).
class ApiKeysView final : public eventstore::InlineView {
 public:
  ApiKeysView();
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 2; }
  [[nodiscard]] std::string_view name() const override { return "api_keys"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;

 private:
  ExpiryIndex expiries_;
};

[[nodiscard]] std::expected<std::optional<ApiKeyRow>, Failure> read_api_key(RowReader& rows,
                                                                            const domain::ApiKeyId& id);
[[nodiscard]] std::expected<std::optional<ApiKeyRow>, Failure> read_api_key_of(RowReader& rows,
                                                                               const domain::TokenId& token);
/// Every key that is known, by id; at most domain::kApiKeysMax that are not revoked.
[[nodiscard]] std::expected<std::vector<ApiKeyRow>, Failure> read_api_keys(RowReader& rows);
/// Whose hand a key is: the account that made it, or that made the key that made it, and so on; the service for a key
/// of the first start or the command line. Nothing where there never was such a key.
[[nodiscard]] std::expected<std::optional<domain::Actor>, Failure> read_api_key_owner(RowReader& rows,
                                                                                      const domain::ApiKeyId& id);
/// How many are not revoked, in O(1): what a decision asks.
[[nodiscard]] std::expected<std::size_t, Failure> read_api_key_count(RowReader& rows);

}  // namespace tweestap::projections
