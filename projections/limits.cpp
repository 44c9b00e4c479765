#include "projections/limits.h"

#include <algorithm>
#include <limits>

#include "projections/all.h"
#include "projections/row.h"

namespace tweestap::projections {
namespace {

constexpr std::string_view kLimitsName = "limits";

std::int64_t minute_of(domain::Time at) { return at.us / domain::minutes(1).us; }

void add_listener(RowKey& key, domain::Listener listener) { key.add_u8(static_cast<std::uint8_t>(listener)); }

void add_whose(RowKey& key, const Whose& whose) {
  key.add_u8(static_cast<std::uint8_t>(whose.index()));
  std::visit([&key](const auto& one) { key.add(one.bytes); }, whose);
}

void add_network(RowKey& key, const domain::Pseudonym& network) {
  key.add_u8(static_cast<std::uint8_t>(network.year >> 8)).add_u8(static_cast<std::uint8_t>(network.year & 0xff));
  key.add_u8(network.month);
  key.add_rest({reinterpret_cast<const char*>(network.mac.data()), network.mac.size()});
}

std::expected<std::optional<Limit>, Failure> read_limit(RowReader& rows, std::string_view key) {
  return read_row<Limit>(rows, kLimitsView, key, kLimitsName);
}

// Wait lengths are whole seconds after the failure that they count from (domain/throttle): so the end of a waiting
// interval tells which count it belongs to.
bool waits_from(const std::optional<Limit>& limit, domain::Time until) {
  return limit && until > limit->last_at && (until - limit->last_at).us % domain::seconds(1).us == 0;
}

// What an event says of a try.
struct Try {
  domain::Listener listener{};
  std::optional<domain::LookupHash> identifier_hash;
  std::optional<domain::Pseudonym> network;
  enum class Came : std::uint8_t { ToFailure, ToThrottle, ToSuccess } came{};
  domain::Time until;
};

std::optional<Try> try_of(const domain::Event& event) {
  if (const auto* rejected = std::get_if<domain::PasswordRejected>(&event)) {
    if (rejected->device) return std::nullopt;
    return Try{rejected->listener, rejected->identifier_hash, rejected->network, Try::Came::ToFailure, {}};
  }
  if (const auto* started = std::get_if<domain::LoginStarted>(&event)) {
    return Try{started->listener, {}, started->network, Try::Came::ToSuccess, {}};
  }
  if (const auto* completed = std::get_if<domain::LoginCompleted>(&event)) {
    return Try{completed->listener, {}, completed->network, Try::Came::ToSuccess, {}};
  }
  const auto* refused = std::get_if<domain::LoginRefused>(&event);
  if (refused == nullptr) return std::nullopt;
  switch (refused->reason) {
    case domain::LoginRefusal::Disabled:
    case domain::LoginRefusal::NotStaff:
      return Try{refused->listener, refused->identifier_hash, refused->network, Try::Came::ToFailure, {}};
    case domain::LoginRefusal::Throttled:
      return Try{refused->listener, refused->identifier_hash, refused->network, Try::Came::ToThrottle,
                 refused->until.value_or(domain::Time{})};
    case domain::LoginRefusal::ResetOver:  // the password was right and the caller was told
    case domain::LoginRefusal::Locked:     // about codes, which have their own count (OTP-6)
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

void Limit::count(domain::Time at) {
  const std::int64_t minute = minute_of(at);
  std::erase_if(minutes, [minute](const MinuteCount& one) { return one.minute <= minute - kMinutesCounted; });
  if (minutes.empty() || minutes.back().minute != minute) minutes.push_back({minute, 0});
  ++minutes.back().failures;
  last_at = at;
}

domain::FailureCount Limit::at(domain::Time now) const {
  const std::int64_t minute = minute_of(now);
  domain::FailureCount count{0, last_at, refused_until};
  for (const MinuteCount& one : minutes) {
    if (one.minute > minute - kMinutesCounted) count.failures += one.failures;
  }
  return count;
}

domain::Time Limit::below(std::uint32_t wanted, domain::Time now) const {
  const std::int64_t minute = minute_of(now);
  std::uint32_t counted = at(now).failures;
  domain::Time from = now;
  for (const MinuteCount& one : minutes) {
    if (counted < wanted) break;
    if (one.minute <= minute - kMinutesCounted) continue;
    counted -= one.failures;
    from = domain::Time{domain::minutes(one.minute + kMinutesCounted).us};
  }
  return from;
}

domain::Time Limit::end() const { return std::max(last_at + domain::minutes(kMinutesCounted), refused_until); }

domain::FailureCount joined(const domain::FailureCount& a, const domain::FailureCount& b) {
  const std::uint64_t failures = std::uint64_t{a.failures} + b.failures;
  return {static_cast<std::uint32_t>(std::min<std::uint64_t>(failures, std::numeric_limits<std::uint32_t>::max())),
          std::max(a.last_at, b.last_at), std::max(a.refused_until, b.refused_until)};
}

RowKey here_key(domain::Listener listener, const Whose& whose, const std::optional<domain::Pseudonym>& network) {
  RowKey key{'h'};
  add_listener(key, listener);
  add_whose(key, whose);
  if (network) add_network(key, *network);
  return key;
}

RowKey anywhere_key(domain::Listener listener, const Whose& whose) {
  RowKey key{'a'};
  add_listener(key, listener);
  add_whose(key, whose);
  return key;
}

RowKey network_key(domain::Listener listener, const domain::Pseudonym& network) {
  RowKey key{'n'};
  add_listener(key, listener);
  add_network(key, network);
  return key;
}

RowKey asking_network_key(const domain::Pseudonym& network) {
  RowKey key{'w'};
  add_network(key, network);
  return key;
}

LimitsView::LimitsView(Keeping keeping) : limits_(kLimitsView, kLimitsName, 'x', keeping) {}

ViewNumber LimitsView::number() const { return kLimitsView; }

std::expected<void, Failure> LimitsView::finish(Rows& rows) {
  limits_.finish(rows);
  return {};
}

std::expected<void, Failure> LimitsView::count(Rows& rows, const RowKey& key, domain::Time at) {
  auto row = limits_.get(rows, key);
  if (!row) return std::unexpected(row.error());
  const auto end_before = *row ? std::optional{(*row)->end()} : std::nullopt;
  Limit limit = std::move(*row).value_or(Limit{});
  limit.count(at);
  limits_.put(rows, key, end_before, limit);
  return {};
}

std::expected<void, Failure> LimitsView::clear(Rows& rows, const RowKey& key) {
  const auto row = limits_.get(rows, key);
  if (!row) return std::unexpected(row.error());
  if (*row) limits_.erase(rows, key, (*row)->end());
  return {};
}

// The event of a waiting interval: no further one until it is over. It is noted where the count is that made the wait.
// Always at `here` too, for whoever tries again. A failure that two counts have as their last one made the wait of
// `here`: the intervals of another network or identifier are told by their own events.
std::expected<void, Failure> LimitsView::refuse(Rows& rows, const Keys& keys, domain::Time until) {
  const auto here = limits_.get(rows, keys.here);
  if (!here) return std::unexpected(here.error());
  const auto note = [&](const RowKey& key, const std::optional<Limit>& row) {
    const auto end_before = row ? std::optional{row->end()} : std::nullopt;
    Limit limit = row.value_or(Limit{});
    limit.refused_until = std::max(limit.refused_until, until);
    limits_.put(rows, key, end_before, limit);
  };
  for (const RowKey* key : {&keys.anywhere, keys.network ? &*keys.network : nullptr}) {
    if (key == nullptr) continue;
    const auto row = limits_.get(rows, *key);
    if (!row) return std::unexpected(row.error());
    if (waits_from(*row, until) && (!*here || (*here)->last_at != (*row)->last_at)) note(*key, *row);
  }
  note(keys.here, *here);
  return {};
}

std::expected<void, Failure> LimitsView::apply(const Stored& stored, Rows& rows) {
  limits_.sweep(rows, stored.position, stored.time);
  const auto tried = try_of(stored.event);
  if (!tried) return {};
  const auto account = stored.subject.account();
  if (!account && !tried->identifier_hash) return {};
  const Whose whose = account ? Whose{*account} : Whose{*tried->identifier_hash};
  const RowKey here = here_key(tried->listener, whose, tried->network);
  if (tried->came == Try::Came::ToSuccess) return clear(rows, here);
  Keys keys{here, anywhere_key(tried->listener, whose), std::nullopt};
  if (tried->network) keys.network = network_key(tried->listener, *tried->network);
  if (tried->came == Try::Came::ToThrottle) return refuse(rows, keys, tried->until);
  for (const RowKey* key : {&keys.here, &keys.anywhere, keys.network ? &*keys.network : nullptr}) {
    if (key == nullptr) continue;
    if (auto counted = count(rows, *key, stored.time); !counted) return counted;
  }
  return {};
}

Trier trier_of(const Whose& whose, const domain::Caller& caller) {
  return {caller.listener, whose, caller.network, caller.network_last_month};
}

std::expected<domain::ThrottleCounts, Failure> read_counts(RowReader& rows, const Trier& trier, domain::Time now) {
  domain::ThrottleCounts counts;
  const auto add = [&](domain::FailureCount& to, const RowKey& key) -> std::expected<void, Failure> {
    const auto limit = read_limit(rows, key);
    if (!limit) return std::unexpected(limit.error());
    if (*limit) to = joined(to, (*limit)->at(now));
    return {};
  };
  std::expected<void, Failure> read = add(counts.here, here_key(trier.listener, trier.whose, trier.network));
  if (read) read = add(counts.anywhere, anywhere_key(trier.listener, trier.whose));
  if (read && trier.network) read = add(counts.network, network_key(trier.listener, *trier.network));
  if (read && trier.network_last_month && trier.network_last_month != trier.network) {
    read = add(counts.here, here_key(trier.listener, trier.whose, trier.network_last_month));
    if (read) read = add(counts.network, network_key(trier.listener, *trier.network_last_month));
  }
  if (!read) return std::unexpected(read.error());
  return counts;
}

}  // namespace tweestap::projections
