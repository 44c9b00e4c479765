#pragma once
// Which account has an identifier.
#include <expected>
#include <optional>

#include "domain/ids.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// View 2. Rows: `h` keyed hash of the canonical identifier -> account.
class DirectoryView final : public eventstore::InlineView {
 public:
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 1; }
  [[nodiscard]] std::string_view name() const override { return "directory"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
};

[[nodiscard]] std::expected<std::optional<domain::AccountId>, Failure> read_owner(RowReader& rows,
                                                                                  const domain::LookupHash& hash);

}  // namespace tweestap::projections
