#pragma once
// What the log means at one moment: every reader of the projections, for calling threads.
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "domain/account_state.h"
#include "domain/caller.h"
#include "domain/ids.h"
#include "domain/rules.h"
#include "domain/throttle/throttle.h"
#include "eventstore/reader.h"
#include "projections/accounts.h"
#include "projections/api_keys.h"
#include "projections/audit_reads.h"
#include "projections/limits.h"
#include "projections/resets.h"
#include "projections/tokens.h"
#include "projections/unstored_failures.h"

namespace tweestap::projections {

/// One snapshot: everything that is read from the same Moment fits together. Cheap to make; keep it for one question
/// only, for the store keeps what it sees. Failures: Unavailable or Damaged, as the store found it. Thread rule: one
/// thread.
class Moment {
 public:
  explicit Moment(const eventstore::Reader& reader) : rows_(reader.rows()) {}
  /// Not one moment but each read's own: cheaper, for one row, or for rows in an order in which a later one may be
  /// newer (a token, then the account that judges it).
  [[nodiscard]] static Moment latest(const eventstore::Reader& reader) { return Moment{reader.latest_rows()}; }
  /// For tests: rows from anywhere.
  explicit Moment(std::unique_ptr<RowReader> rows) : rows_(std::move(rows)) {}

  [[nodiscard]] std::expected<std::optional<domain::AccountState>, Failure> account(const domain::AccountId& account);
  /// The account that has an identifier.
  [[nodiscard]] std::expected<std::optional<domain::AccountId>, Failure> find(const domain::LookupHash& identifier);
  /// A login's or session's token, also for a day after its end; whether it still counts: domain::live_login(),
  /// domain::live_session().
  [[nodiscard]] std::expected<std::optional<TokenRow>, Failure> token(const domain::TokenId& token);

  [[nodiscard]] std::expected<std::optional<ApiKeyRow>, Failure> api_key_of(const domain::TokenId& token);
  [[nodiscard]] std::expected<std::optional<ApiKeyRow>, Failure> api_key(const domain::ApiKeyId& id);
  [[nodiscard]] std::expected<std::vector<ApiKeyRow>, Failure> api_keys();

  /// Whose reset it is; nothing where there never was such a reset.
  [[nodiscard]] std::expected<std::optional<domain::AccountId>, Failure> reset_account(const domain::ResetId& reset);
  /// Resets that wait for a second person, who asked first in front.
  [[nodiscard]] std::expected<std::vector<WaitingReset>, Failure> waiting_resets(domain::Time now);

  [[nodiscard]] std::expected<domain::PolicyState, Failure> policy();

  /// Everything that throttles a password at `now`: to be looked at before a hash is spent. `account` and `state` where
  /// the identifier is known.
  struct PasswordTry {
    domain::LookupHash identifier;
    std::optional<domain::AccountId> account;
    const domain::AccountState* state = nullptr;
    const domain::Caller& caller;
  };
  [[nodiscard]] std::expected<domain::ThrottleCounts, Failure> throttle_counts(const PasswordTry& tried,
                                                                               const UnstoredFailures& unstored,
                                                                               const domain::Rules& rules,
                                                                               domain::Time now);

  [[nodiscard]] std::expected<AccountTotals, Failure> totals();
  [[nodiscard]] std::expected<std::uint64_t, Failure> would_have_to_enrol(domain::Time mandatory_from);

  /// When this reader's look at that account was told last (AUD-2).
  [[nodiscard]] std::expected<std::optional<domain::Time>, Failure> audit_read(const domain::Actor& actor,
                                                                               const ReadSubject& whose);

 private:
  std::unique_ptr<RowReader> rows_;
};

}  // namespace tweestap::projections
