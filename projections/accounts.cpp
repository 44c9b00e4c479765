#include "projections/accounts.h"

#include <algorithm>
#include <vector>

#include "domain/evolve.h"
#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

constexpr std::string_view kAccountsName = "accounts";

struct Waiting {
  std::uint64_t accounts = 0;
  static constexpr auto fields() { return std::tuple{domain::stored(&Waiting::accounts)}; }
};

RowKey key_of(const domain::Subject& subject) { return RowKey{'a'}.add(subject); }
RowKey totals_key() { return RowKey{'t'}; }
RowKey waiting_key(std::optional<domain::Time> own_date) {
  return own_date ? RowKey{'w'}.add_u8(1).add(*own_date) : RowKey{'w'}.add_u8(0);
}

// What the counts know of one account.
struct Counted {
  bool exists = false;
  bool enrolled = false;
  bool disabled = false;
  std::optional<domain::Time> own_date;

  explicit Counted(const domain::AccountState& state)
      : exists(state.exists()),
        enrolled(state.two_step.has_value()),
        disabled(state.profile.disabled),
        own_date(state.profile.mandatory_from) {}
  [[nodiscard]] bool waits() const { return exists && !enrolled && !disabled; }
  friend bool operator==(const Counted&, const Counted&) = default;
};

std::uint64_t moved(std::uint64_t count, bool before, bool after) {
  return count + (after ? 1U : 0U) - (before ? 1U : 0U);
}

std::expected<void, Failure> count_waiting(Rows& rows, std::optional<domain::Time> own_date, bool one_more) {
  const RowKey key = waiting_key(own_date);
  const auto row = read_row<Waiting>(rows, kAccountsView, key, kAccountsName);
  if (!row) return std::unexpected(row.error());
  const std::uint64_t before = *row ? (*row)->accounts : 0;
  if (!one_more && before == 0) return std::unexpected(damaged_row(kAccountsName));
  const std::uint64_t after = moved(before, !one_more, one_more);
  if (after == 0) {
    rows.erase(kAccountsView, key);
  } else {
    write_row(rows, kAccountsView, key, Waiting{after});
  }
  return {};
}

std::expected<void, Failure> count(Rows& rows, const Counted& before, const Counted& after) {
  if (before == after) return {};
  auto totals = read_totals(rows);
  if (!totals) return std::unexpected(totals.error());
  totals->accounts = moved(totals->accounts, before.exists, after.exists);
  totals->enrolled = moved(totals->enrolled, before.enrolled, after.enrolled);
  totals->disabled = moved(totals->disabled, before.disabled, after.disabled);
  write_row(rows, kAccountsView, totals_key(), *totals);
  if (before.waits()) {
    if (auto counted = count_waiting(rows, before.own_date, false); !counted) return counted;
  }
  if (after.waits()) return count_waiting(rows, after.own_date, true);
  return {};
}

}  // namespace

AccountsView::AccountsView(std::shared_ptr<AccountCache> cache) : cache_(std::move(cache)) {}

AccountsView::AccountsView(std::size_t accounts_kept) : kept_max_(accounts_kept) {}

ViewNumber AccountsView::number() const { return kAccountsView; }

// The state to fold the next event into: of no event yet where there is no such account.
std::expected<domain::AccountState*, Failure> AccountsView::load(Rows& rows, const Stored& stored) {
  const domain::Subject& subject = stored.subject;
  // A stream's first event, as whoever applies it has checked: there is no row to look for.
  const bool first = stored.version == 1;
  if (cache_) {
    std::expected<domain::AccountState*, Failure> loaded = nullptr;
    if (!first) loaded = load_account(rows, *cache_, subject);
    if (loaded && *loaded == nullptr) return &cache_->put(subject, {}, {});
    return loaded;
  }
  if (last_ != nullptr && last_->first == subject) return &last_->second;
  if (const auto kept = kept_.find(subject); kept != kept_.end()) {
    last_ = &*kept;
    return &last_->second;
  }
  domain::AccountState state;
  if (!first) {
    auto row = read_row<domain::AccountState>(rows, kAccountsView, key_of(subject), kAccountsName);
    if (!row) return std::unexpected(row.error());
    if (*row) state = std::move(**row);
  }
  if (kept_.size() >= kept_max_) {
    if (auto written = finish(rows); !written) return std::unexpected(written.error());
  }
  last_ = &*kept_.emplace(subject, std::move(state)).first;
  return &last_->second;
}

void AccountsView::write(Rows& rows, const domain::Subject& subject, const domain::AccountState& state) {
  row_.clear();
  encode_row(state, row_);
  rows.put(kAccountsView, key_of(subject), row_);
}

std::expected<void, Failure> AccountsView::apply(const Stored& stored, Rows& rows) {
  if (stored.subject.is_reserved()) return {};
  const auto loaded = load(rows, stored);
  if (!loaded) return std::unexpected(loaded.error());
  domain::AccountState& state = **loaded;
  if (state.version + 1 != stored.version) return std::unexpected(damaged_row(kAccountsName));
  const Counted before{state};
  if (!domain::fold(state, stored.event, {stored.position, stored.version, stored.time, stored.actor})) {
    if (cache_) cache_->forget(stored.subject);
    return std::unexpected(Failure{Failure::Kind::Damaged, "an event stands in an account's stream that cannot"});
  }
  if (cache_) {
    write(rows, stored.subject, state);
    cache_->renew(stored.subject, row_);
  }
  return count(rows, before, Counted{state});
}

std::expected<void, Failure> AccountsView::finish(Rows& rows) {
  // In the order of their keys: whoever takes them need not sort them.
  std::vector<decltype(kept_)::const_pointer> sorted;
  sorted.reserve(kept_.size());
  for (const auto& account : kept_) sorted.push_back(&account);
  std::ranges::sort(sorted, {}, [](const auto* account) -> const domain::Subject& { return account->first; });
  for (const auto* account : sorted) write(rows, account->first, account->second);
  kept_.clear();
  last_ = nullptr;
  return {};
}

std::expected<domain::AccountState*, Failure> load_account(RowReader& rows, AccountCache& cache,
                                                           const domain::Subject& subject) {
  std::string row;
  if (!rows.get(kAccountsView, key_of(subject), row)) {
    if (rows.failure()) return std::unexpected(*rows.failure());
    return nullptr;
  }
  if (domain::AccountState* state = cache.find(subject, row)) return state;
  auto decoded = decode_row<domain::AccountState>(row);
  if (!decoded || !decoded->exists()) return std::unexpected(damaged_row(kAccountsName));
  return &cache.put(subject, row, *std::move(decoded));
}

std::expected<std::optional<domain::AccountState>, Failure> read_account(RowReader& rows,
                                                                         const domain::AccountId& account) {
  return read_row<domain::AccountState>(rows, kAccountsView, key_of(domain::Subject::of(account)), kAccountsName);
}

std::expected<std::optional<domain::AccountState>, Failure> read_account_from(RowReader& rows,
                                                                              const domain::AccountId& id) {
  const auto is_account = [](const auto& found) { return found && found->first.starts_with('a'); };
  auto found = rows.first_from(kAccountsView, key_of(domain::Subject::of(id)));
  if (!is_account(found)) found = rows.first_from(kAccountsView, RowKey{'a'});
  if (rows.failure()) return std::unexpected(*rows.failure());
  if (!is_account(found)) return std::nullopt;
  return read_row<domain::AccountState>(rows, kAccountsView, found->first, kAccountsName);
}

std::expected<AccountTotals, Failure> read_totals(RowReader& rows) {
  const auto totals = read_row<AccountTotals>(rows, kAccountsView, totals_key(), kAccountsName);
  if (!totals) return std::unexpected(totals.error());
  return totals->value_or(AccountTotals{});
}

std::expected<std::uint64_t, Failure> read_would_have_to_enrol(RowReader& rows, domain::Time date) {
  const RowKey last = waiting_key(date);
  std::uint64_t accounts = 0;
  for (auto at = rows.first_from(kAccountsView, "w"); at && at->first <= last.view();) {
    const auto waiting = decode_row<Waiting>(at->second);
    if (!waiting) return std::unexpected(damaged_row(kAccountsName));
    accounts += waiting->accounts;
    at = rows.first_from(kAccountsView, at->first + '\0');
  }
  if (rows.failure()) return std::unexpected(*rows.failure());
  return accounts;
}

}  // namespace tweestap::projections
