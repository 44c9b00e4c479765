#pragma once
// Messages with a code over the last hour, by what the brake on them counts (rule SMS-2).
#include <expected>
#include <optional>

#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/ids.h"
#include "domain/sms/sms.h"
#include "projections/expiring_rows.h"
#include "projections/limits.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// View 8. Rows: `n` hash of a number, `a` account, `w` network, `t` in total -> Limit, each sending a count; `x` the
/// expiry index. Counted: sms_code.issued and sms_code.resent.
class SmsSendingsView final : public eventstore::InlineView {
 public:
  explicit SmsSendingsView(Keeping keeping = Keeping::InRows);
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 1; }
  [[nodiscard]] std::string_view name() const override { return "sms_sendings"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
  [[nodiscard]] std::expected<void, Failure> finish(Rows& rows) override;

 private:
  [[nodiscard]] std::expected<void, Failure> count(Rows& rows, const RowKey& key, domain::Time at);

  ExpiringRows<RowKey, Limit> sendings_;
};

/// What was sent in the last hour to this number, for this account, asked for by this network (either month's
/// pseudonym), and in total. `budgets` are those of that account and number: of one that is spent, when it has room
/// again is found out as well.
[[nodiscard]] std::expected<domain::SmsCounts, Failure> read_sms_counts(
    RowReader& rows, const domain::AccountId& account, const domain::LookupHash& number, const domain::Caller& caller,
    const domain::SmsBudgets& budgets, domain::Time now);

}  // namespace tweestap::projections
