#pragma once
// What slows down further tries without an event of its own (rule THR-6): tries inside a waiting interval, and failures
// of unknown identifiers beyond the visitor stream's bound a minute. Lost at a restart, as told in the rule.
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <unordered_map>

#include "domain/time.h"
#include "projections/limits.h"

namespace tweestap::projections {

/// Thread rule: any thread. The committer writes; calling threads read the counts before they spend a hash. While
/// nothing is counted, a read takes no lock.
class UnstoredFailures {
 public:
  /// Keys kept at most, least recently moved out: 64 MiB of attack must not be a way to fill the memory. About 300
  /// bytes a key.
  static constexpr std::size_t kKeysMax = 65'536;

  explicit UnstoredFailures(std::size_t keys_max = kKeysMax) : keys_max_(keys_max) {}

  /// A try inside a waiting interval that has its event already.
  void suppress(const Trier& trier);
  [[nodiscard]] std::uint64_t suppressed(const Trier& trier) const;
  /// The interval's event is made: its `suppressed` is told, counting starts again.
  void told(const Trier& trier);

  /// A failure that got no event.
  void count(const Trier& trier, domain::Time at);
  /// A waiting interval that got no event.
  void refuse_until(const Trier& trier, domain::Time until);
  /// Adds what was counted here to what the rows say.
  void add_to(domain::ThrottleCounts& counts, const Trier& trier, domain::Time now) const;

  /// Failures that got no event since the start: for a metric.
  [[nodiscard]] std::uint64_t unstored() const { return unstored_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    RowKey key;
    Limit limit;
    std::uint64_t suppressed = 0;
  };
  Entry& at(const RowKey& key);
  [[nodiscard]] const Entry* find(const RowKey& key) const;

  std::size_t keys_max_;
  mutable std::mutex mutex_;
  std::atomic<std::size_t> keys_{0};
  std::atomic<std::uint64_t> unstored_{0};
  std::list<Entry> entries_;  // most recently moved first
  std::unordered_map<RowKey, std::list<Entry>::iterator, RowKey::Hash> places_;
};

}  // namespace tweestap::projections
