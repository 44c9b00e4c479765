#pragma once
// The organisation's policy as it is now.
#include <expected>
#include <string>

#include "domain/account_state.h"
#include "projections/projection.h"

namespace tweestap::projections {

/// View 6. Rows: `p` -> domain::PolicyState; none until it is changed for the first time.
class PolicyView final : public eventstore::InlineView {
 public:
  [[nodiscard]] ViewNumber number() const override;
  [[nodiscard]] std::uint32_t format() const override { return 1; }
  [[nodiscard]] std::string_view name() const override { return "policy"; }
  [[nodiscard]] std::expected<void, Failure> apply(const Stored& stored, Rows& rows) override;
};

/// The defaults of the first start where nothing was changed yet.
[[nodiscard]] std::expected<domain::PolicyState, Failure> read_policy(RowReader& rows);

/// The same for whoever asks all the time: `row` and `state` are what was read last, and are read anew only where the
/// row changed. Both start empty.
[[nodiscard]] std::expected<void, Failure> read_policy_again(RowReader& rows, std::string& row,
                                                             domain::PolicyState& state);

}  // namespace tweestap::projections
