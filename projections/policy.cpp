#include "projections/policy.h"

#include "domain/evolve.h"
#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

RowKey policy_key() { return RowKey{'p'}; }

}  // namespace

ViewNumber PolicyView::number() const { return kPolicyView; }

std::expected<void, Failure> PolicyView::apply(const Stored& stored, Rows& rows) {
  if (stored.subject != domain::kPolicy) return {};
  auto state = read_policy(rows);
  if (!state) return std::unexpected(state.error());
  if (!domain::fold(*state, stored.event, {stored.position, stored.version, stored.time})) {
    return std::unexpected(Failure{Failure::Kind::Damaged, "an event stands in the policy's stream that cannot"});
  }
  write_row(rows, kPolicyView, policy_key(), *state);
  return {};
}

std::expected<domain::PolicyState, Failure> read_policy(RowReader& rows) {
  auto state = read_row<domain::PolicyState>(rows, kPolicyView, policy_key(), "policy");
  if (!state) return std::unexpected(state.error());
  return state->value_or(domain::PolicyState{});
}

std::expected<void, Failure> read_policy_again(RowReader& rows, std::string& row, domain::PolicyState& state) {
  std::string now;
  if (!rows.get(kPolicyView, policy_key(), now)) now.clear();
  if (now == row) return {};
  auto read = read_policy(rows);
  if (!read) return std::unexpected(read.error());
  state = *std::move(read);
  row = std::move(now);
  return {};
}

}  // namespace tweestap::projections
