#pragma once
// Who read which account when, for as long as a further look needs no event of its own (rule AUD-2).
#include <expected>
#include <optional>
#include <variant>

#include "domain/ids.h"
#include "projections/expiring_rows.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// Whose: the account, or the keyed hash of what was looked up in vain.
using ReadSubject = std::variant<domain::AccountId, domain::LookupHash>;

struct AuditReadRow {
  domain::Time at;

  [[nodiscard]] domain::Time end() const { return at; }
  static constexpr auto fields() { return std::tuple{domain::stored(&AuditReadRow::at)}; }
};

/// View 7. Rows: `r` actor, whose -> time of the last audit.read; `x` the expiry index.
class AuditReadsView final : public eventstore::InlineView {
 public:
  explicit AuditReadsView(Keeping keeping = Keeping::InRows);
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 1; }
  [[nodiscard]] std::string_view name() const override { return "audit_reads"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
  [[nodiscard]] std::expected<void, Failure> finish(Rows& rows) override;

 private:
  ExpiringRows<RowKey, AuditReadRow> reads_;
};

/// The time of the last one, if it is still known: it stays so for a day.
[[nodiscard]] std::expected<std::optional<domain::Time>, Failure> read_audit_read(RowReader& rows,
                                                                                  const domain::Actor& actor,
                                                                                  const ReadSubject& whose);

}  // namespace tweestap::projections
