#include "projections/unstored_failures.h"

#include <algorithm>

namespace tweestap::projections {
namespace {

RowKey here_of(const Trier& trier) { return here_key(trier.listener, trier.whose, trier.network); }

}  // namespace

UnstoredFailures::Entry& UnstoredFailures::at(const RowKey& key) {
  if (const auto place = places_.find(key); place != places_.end()) {
    entries_.splice(entries_.begin(), entries_, place->second);
    return entries_.front();
  }
  if (entries_.size() >= keys_max_ && !entries_.empty()) {
    places_.erase(entries_.back().key);
    entries_.pop_back();
  }
  entries_.push_front(Entry{key, {}, 0});
  places_.emplace(entries_.front().key, entries_.begin());
  keys_.store(entries_.size(), std::memory_order_release);
  return entries_.front();
}

const UnstoredFailures::Entry* UnstoredFailures::find(const RowKey& key) const {
  const auto place = places_.find(key);
  return place == places_.end() ? nullptr : &*place->second;
}

void UnstoredFailures::suppress(const Trier& trier) {
  const std::lock_guard lock{mutex_};
  ++at(here_of(trier)).suppressed;
}

std::uint64_t UnstoredFailures::suppressed(const Trier& trier) const {
  if (keys_.load(std::memory_order_acquire) == 0) return 0;
  const std::lock_guard lock{mutex_};
  const Entry* entry = find(here_of(trier));
  return entry == nullptr ? 0 : entry->suppressed;
}

void UnstoredFailures::told(const Trier& trier) {
  if (keys_.load(std::memory_order_acquire) == 0) return;
  const std::lock_guard lock{mutex_};
  if (const auto place = places_.find(here_of(trier)); place != places_.end()) place->second->suppressed = 0;
}

void UnstoredFailures::count(const Trier& trier, domain::Time when) {
  unstored_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock{mutex_};
  at(here_of(trier)).limit.count(when);
  at(anywhere_key(trier.listener, trier.whose)).limit.count(when);
  if (trier.network) at(network_key(trier.listener, *trier.network)).limit.count(when);
}

void UnstoredFailures::refuse_until(const Trier& trier, domain::Time until) {
  const std::lock_guard lock{mutex_};
  Limit& limit = at(here_of(trier)).limit;
  limit.refused_until = std::max(limit.refused_until, until);
}

void UnstoredFailures::add_to(domain::ThrottleCounts& counts, const Trier& trier, domain::Time now) const {
  if (keys_.load(std::memory_order_acquire) == 0) return;
  const std::lock_guard lock{mutex_};
  const auto add = [&](domain::FailureCount& to, const RowKey& key) {
    if (const Entry* entry = find(key)) to = joined(to, entry->limit.at(now));
  };
  add(counts.here, here_of(trier));
  add(counts.anywhere, anywhere_key(trier.listener, trier.whose));
  if (trier.network) add(counts.network, network_key(trier.listener, *trier.network));
  if (trier.network_last_month && trier.network_last_month != trier.network) {
    add(counts.here, here_key(trier.listener, trier.whose, trier.network_last_month));
    add(counts.network, network_key(trier.listener, *trier.network_last_month));
  }
}

}  // namespace tweestap::projections
