#pragma once
// Resets across accounts: which account one is of, and which wait for a second person.
#include <expected>
#include <optional>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"
#include "projections/expiring_rows.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// A reset that waits, or waited until its end and was decided by nobody.
struct WaitingReset {
  domain::ResetId reset;
  domain::AccountId account;
  std::uint64_t position = 0;  // of reset.requested, which has the reason
  domain::Actor requested_by;
  domain::Time requested_at;
  domain::Time expires_at;

  [[nodiscard]] domain::Time end() const { return expires_at; }
  static constexpr auto fields() {
    return std::tuple{domain::stored(&WaitingReset::reset),        domain::stored(&WaitingReset::account),
                      domain::stored(&WaitingReset::position),     domain::stored(&WaitingReset::requested_by),
                      domain::stored(&WaitingReset::requested_at), domain::stored(&WaitingReset::expires_at)};
  }
  friend bool operator==(const WaitingReset&, const WaitingReset&) = default;
};

/// View 9. Rows: `r` reset -> account, for ever, so that one that was decided is told from one that never was; `w`
/// reset
/// -> WaitingReset; `x` the expiry index of those.
class ResetsView final : public eventstore::InlineView {
 public:
  explicit ResetsView(Keeping keeping = Keeping::InRows);
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 1; }
  [[nodiscard]] std::string_view name() const override { return "resets"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
  [[nodiscard]] std::expected<void, Failure> finish(Rows& rows) override;

 private:
  [[nodiscard]] std::expected<void, Failure> no_longer_waits(Rows& rows, const domain::ResetId& reset);

  ExpiringRows<RowKey, WaitingReset> waiting_;
};

/// Whose reset it is; nothing where there never was such a reset.
[[nodiscard]] std::expected<std::optional<domain::AccountId>, Failure> read_reset_account(RowReader& rows,
                                                                                          const domain::ResetId& reset);

/// Resets that are listed at most: each account has one at a time and it lasts a day, so more of them are a flood,
/// which is read in the order in which it came in.
inline constexpr std::size_t kWaitingResetsMax = 1000;
/// Those that wait at `now`, who asked first in front; at most kWaitingResetsMax.
[[nodiscard]] std::expected<std::vector<WaitingReset>, Failure> read_waiting_resets(RowReader& rows, domain::Time now);

}  // namespace tweestap::projections
