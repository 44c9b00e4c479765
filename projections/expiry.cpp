#include "projections/expiry.h"

namespace tweestap::projections {
namespace {

constexpr std::size_t kDueBytes = 8;

domain::Time due_of_key(std::string_view key) {
  std::uint64_t us = 0;
  for (std::size_t i = 1; i <= kDueBytes; ++i) us = us << 8 | static_cast<std::uint8_t>(key[i]);
  return {static_cast<std::int64_t>(us)};
}

}  // namespace

domain::Time due_of(domain::Time end) {
  constexpr std::int64_t hour = domain::hours(1).us;
  return {(end.us + hour - 1) / hour * hour};
}

RowKey ExpiryIndex::key_of(domain::Time end, std::string_view row_key) const {
  return RowKey{tag_}.add(due_of(end)).add_rest(row_key);
}

void ExpiryIndex::set(Rows& rows, std::string_view row_key, std::optional<domain::Time> before, domain::Time end) {
  if (before && due_of(*before) == due_of(end)) return;
  if (before) forget(rows, row_key, *before);
  const RowKey key = key_of(end, row_key);
  rows.put(view_, key, "\1");
  if (nothing_before_ && key.view() < *nothing_before_) *nothing_before_ = key.view();
}

void ExpiryIndex::forget(Rows& rows, std::string_view row_key, domain::Time end) {
  rows.erase(view_, key_of(end, row_key));
}

void ExpiryIndex::sweep(Rows& rows, std::uint64_t position, domain::Time now) {
  // After a gap this object does not know what others did to the rows in between.
  if (position != swept_at_ + 1) nothing_before_.reset();
  swept_at_ = position;
  for (std::size_t i = 0; i < kSweptPerEvent; ++i) {
    if (nothing_before_ && now < due_of_key(*nothing_before_) + kKeptAfterEnd) return;
    const auto first = rows.first_from(view_, nothing_before_ ? *nothing_before_ : std::string(1, tag_));
    if (!first || first->first.front() != tag_) {
      nothing_before_ = RowKey{tag_}.add(domain::kTimeMax).view();
      return;
    }
    nothing_before_ = first->first;
    if (now < due_of_key(first->first) + kKeptAfterEnd) return;
    rows.erase(view_, std::string_view{first->first}.substr(1 + kDueBytes));
    rows.erase(view_, first->first);
  }
}

}  // namespace tweestap::projections
