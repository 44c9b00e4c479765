#include "projections/resets.h"

#include <algorithm>
#include <utility>

#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

constexpr std::string_view kResetsName = "resets";

struct ResetOwner {
  domain::AccountId account;
  static constexpr auto fields() { return std::tuple{domain::stored(&ResetOwner::account)}; }
};

RowKey owner_key(const domain::ResetId& reset) { return RowKey{'r'}.add(reset); }
RowKey waiting_key(const domain::ResetId& reset) { return RowKey{'w'}.add(reset); }

}  // namespace

ResetsView::ResetsView(Keeping keeping) : waiting_(kResetsView, kResetsName, 'x', keeping) {}

ViewNumber ResetsView::number() const { return kResetsView; }

std::expected<void, Failure> ResetsView::apply(const Stored& stored, Rows& rows) {
  waiting_.sweep(rows, stored.position, stored.time);
  if (const auto* requested = std::get_if<domain::ResetRequested>(&stored.event)) {
    const domain::AccountId account{stored.subject.bytes};
    write_row(rows, kResetsView, owner_key(requested->reset), ResetOwner{account});
    if (requested->expires_at) {
      waiting_.put(rows, waiting_key(requested->reset), std::nullopt,
                   {requested->reset, account, stored.position, stored.actor, stored.time, *requested->expires_at});
    }
    return {};
  }
  if (const auto* denied = std::get_if<domain::ResetDenied>(&stored.event)) return no_longer_waits(rows, denied->reset);
  if (const auto* cancelled = std::get_if<domain::ResetCancelled>(&stored.event)) {
    return no_longer_waits(rows, cancelled->reset);
  }
  if (const auto* done = std::get_if<domain::TwoStepReset>(&stored.event)) return no_longer_waits(rows, done->reset);
  return {};
}

// One that nobody had to approve never waited.
std::expected<void, Failure> ResetsView::no_longer_waits(Rows& rows, const domain::ResetId& reset) {
  const auto row = waiting_.get(rows, waiting_key(reset));
  if (!row) return std::unexpected(row.error());
  if (*row) waiting_.erase(rows, waiting_key(reset), (*row)->end());
  return {};
}

std::expected<void, Failure> ResetsView::finish(Rows& rows) {
  waiting_.finish(rows);
  return {};
}

std::expected<std::optional<domain::AccountId>, Failure> read_reset_account(RowReader& rows,
                                                                            const domain::ResetId& reset) {
  const auto row = read_row<ResetOwner>(rows, kResetsView, owner_key(reset), kResetsName);
  if (!row) return std::unexpected(row.error());
  return *row ? std::optional{(*row)->account} : std::nullopt;
}

std::expected<std::vector<WaitingReset>, Failure> read_waiting_resets(RowReader& rows, domain::Time now) {
  std::vector<WaitingReset> waiting;
  for (auto at = rows.first_from(kResetsView, "w"); at && at->first.front() == 'w';) {
    auto row = decode_row<WaitingReset>(at->second);
    if (!row) return std::unexpected(damaged_row(kResetsName));
    if (now < row->expires_at) waiting.push_back(*std::move(row));
    at = rows.first_from(kResetsView, at->first + '\0');
  }
  if (rows.failure()) return std::unexpected(*rows.failure());
  std::ranges::sort(waiting, {}, &WaitingReset::position);
  if (waiting.size() > kWaitingResetsMax) waiting.resize(kWaitingResetsMax);
  return waiting;
}

}  // namespace tweestap::projections
