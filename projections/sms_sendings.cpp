#include "projections/sms_sendings.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

constexpr std::string_view kSmsSendingsName = "sms_sendings";

RowKey number_key(const domain::LookupHash& number) { return RowKey{'n'}.add(number.bytes); }
RowKey account_key(const domain::AccountId& account) { return RowKey{'a'}.add(account.bytes); }
RowKey total_key() { return RowKey{'t'}; }

struct Sending {
  domain::LookupHash number;
  std::optional<domain::Pseudonym> network;
};

std::optional<Sending> sending_of(const domain::Event& event) {
  if (const auto* issued = std::get_if<domain::SmsCodeIssued>(&event)) {
    return Sending{issued->number_hash, issued->network};
  }
  if (const auto* resent = std::get_if<domain::SmsCodeResent>(&event)) {
    return Sending{resent->number_hash, resent->network};
  }
  return std::nullopt;
}

// What was counted under two keys: of one network, by this month's pseudonym and the last one's. Not to be stored, for
// a minute may stand in it twice.
Limit together(Limit a, const Limit& b) {
  if (b.minutes.empty()) return a;
  std::vector<MinuteCount> minutes;
  std::ranges::merge(a.minutes, b.minutes, std::back_inserter(minutes), {}, &MinuteCount::minute, &MinuteCount::minute);
  a.minutes = std::move(minutes);
  return a;
}

}  // namespace

SmsSendingsView::SmsSendingsView(Keeping keeping) : sendings_(kSmsSendingsView, kSmsSendingsName, 'x', keeping) {}

ViewNumber SmsSendingsView::number() const { return kSmsSendingsView; }

std::expected<void, Failure> SmsSendingsView::finish(Rows& rows) {
  sendings_.finish(rows);
  return {};
}

std::expected<void, Failure> SmsSendingsView::count(Rows& rows, const RowKey& key, domain::Time at) {
  auto row = sendings_.get(rows, key);
  if (!row) return std::unexpected(row.error());
  const auto end_before = *row ? std::optional{(*row)->end()} : std::nullopt;
  Limit limit = std::move(*row).value_or(Limit{});
  limit.count(at);
  sendings_.put(rows, key, end_before, limit);
  return {};
}

std::expected<void, Failure> SmsSendingsView::apply(const Stored& stored, Rows& rows) {
  sendings_.sweep(rows, stored.position, stored.time);
  const auto sending = sending_of(stored.event);
  if (!sending) return {};
  std::expected<void, Failure> counted = count(rows, number_key(sending->number), stored.time);
  if (counted) counted = count(rows, account_key(domain::AccountId{stored.subject.bytes}), stored.time);
  if (counted && sending->network) counted = count(rows, asking_network_key(*sending->network), stored.time);
  if (counted) counted = count(rows, total_key(), stored.time);
  return counted;
}

std::expected<domain::SmsCounts, Failure> read_sms_counts(RowReader& rows, const domain::AccountId& account,
                                                          const domain::LookupHash& number,
                                                          const domain::Caller& caller,
                                                          const domain::SmsBudgets& budgets, domain::Time now) {
  std::expected<void, Failure> read;
  const auto limit_of = [&](const RowKey& key) {
    if (!read) return Limit{};
    auto limit = read_row<Limit>(rows, kSmsSendingsView, key, kSmsSendingsName);
    if (!limit) read = std::unexpected(std::move(limit.error()));
    return limit && *limit ? std::move(**limit) : Limit{};
  };
  // When there is room again concerns those alone who are held back.
  const auto counted = [now](const Limit& limit, std::uint32_t budget) {
    const std::uint32_t sent = limit.at(now).failures;
    return domain::SmsCount{sent, sent < budget ? domain::Time{} : limit.below(budget, now)};
  };
  domain::SmsCounts counts;
  counts.number = counted(limit_of(number_key(number)), budgets.number);
  counts.account = counted(limit_of(account_key(account)), budgets.account);
  Limit network = caller.network ? limit_of(asking_network_key(*caller.network)) : Limit{};
  if (caller.network_last_month && caller.network_last_month != caller.network) {
    network = together(std::move(network), limit_of(asking_network_key(*caller.network_last_month)));
  }
  counts.network = counted(network, budgets.network);
  counts.total = counted(limit_of(total_key()), budgets.total);
  if (!read) return std::unexpected(read.error());
  return counts;
}

}  // namespace tweestap::projections
