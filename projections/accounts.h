#pragma once
// What every account is now, and how many are enrolled.
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "domain/account_state.h"
#include "projections/account_cache.h"
#include "projections/expiring_rows.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// How many accounts there are.
struct AccountTotals {
  std::uint64_t accounts = 0;
  std::uint64_t enrolled = 0;  // two-step is on
  std::uint64_t disabled = 0;  // closed by staff, enrolled or not

  static constexpr auto fields() {
    return std::tuple{domain::stored(&AccountTotals::accounts), domain::stored(&AccountTotals::enrolled),
                      domain::stored(&AccountTotals::disabled)};
  }
  friend bool operator==(const AccountTotals&, const AccountTotals&) = default;
};

/// Accounts that a rebuild keeps in memory at most: about 200 MiB.
inline constexpr std::size_t kAccountsKeptMax = 131'072;

/// View 1. Rows: `a` subject -> domain::AccountState; `t` -> AccountTotals; `w` own date (or 0: none) -> how many open
/// accounts without two-step have that date of their own.
class AccountsView final : public eventstore::InlineView {
 public:
  explicit AccountsView(std::shared_ptr<AccountCache> cache);
  /// For a rebuild: keeps at most so many accounts in memory and writes their rows when there are more, or at the end.
  explicit AccountsView(std::size_t accounts_kept);
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 4; }
  [[nodiscard]] std::string_view name() const override { return "accounts"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
  [[nodiscard]] std::expected<void, Failure> finish(Rows& rows) override;

 private:
  [[nodiscard]] std::expected<domain::AccountState*, Failure> load(Rows& rows, const Stored& stored);
  void write(Rows& rows, const domain::Subject& subject, const domain::AccountState& state);

  std::shared_ptr<AccountCache> cache_;  // none in a rebuild
  std::size_t kept_max_ = 0;
  std::unordered_map<domain::Subject, domain::AccountState, SubjectHash> kept_;
  decltype(kept_)::pointer last_ = nullptr;  // of the event before: a login's events often follow one another
  std::string row_;                          // room for encoding
};

/// The account's state, from the cache or the row; nullptr where there is no such account. Damaged where the row does
/// not decode. Valid until the next use of the cache.
[[nodiscard]] std::expected<domain::AccountState*, Failure> load_account(RowReader& rows, AccountCache& cache,
                                                                         const domain::Subject& subject);

/// The same without a cache.
[[nodiscard]] std::expected<std::optional<domain::AccountState>, Failure> read_account(
    RowReader& rows, const domain::AccountId& account);
/// The account with that id or the next one, in the order of ids; behind the last comes the first. Nothing where there
/// is none. Ids are random, so a random id gives a random account.
[[nodiscard]] std::expected<std::optional<domain::AccountState>, Failure> read_account_from(
    RowReader& rows, const domain::AccountId& id);
[[nodiscard]] std::expected<AccountTotals, Failure> read_totals(RowReader& rows);
/// How many open accounts would have to enrol if two-step were mandatory from `date` on: those without two-step that
/// have no date of their own, or one that is not later.
[[nodiscard]] std::expected<std::uint64_t, Failure> read_would_have_to_enrol(RowReader& rows, domain::Time date);

}  // namespace tweestap::projections
