#pragma once
// How many different things of one key happened within a window: what every rule counts.
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "consumers/detection/recent_map.h"
#include "consumers/detection/rules.h"
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/time.h"

namespace tweestap::consumers::detection {

/// Whose things are counted together: everybody's, an account's, an API key's, a network's.
using Key = std::variant<std::monostate, domain::AccountId, domain::ApiKeyId, domain::Pseudonym>;

/// Ids are drawn by us and pseudonyms are keyed hashes, so nobody outside can make keys that collide.
struct HashOfKey {
  [[nodiscard]] std::size_t operator()(const Key& key) const noexcept;
};

/// What is told apart within a key: an account, a number, a device, an event.
using Thing = domain::IdBytes;

/// How much of it is kept in memory. Beyond either, the key to which nothing was added for longest is forgotten first,
/// so that an attack which goes on is remembered.
struct Bounds {
  std::size_t keys_max = 50'000;     ///< of about 200 bytes
  std::size_t things_max = 250'000;  ///< of 24 bytes
};

/// One rule's counts. Time is that of the events and never runs backwards. What it gives depends on the last two
/// windows alone (Thresholds::memory()), as long as nothing is forgotten. Thread rule: as a plain value.
class SlidingCounts {
 public:
  explicit SlidingCounts(Threshold threshold, Bounds bounds = {}) : threshold_(threshold), bounds_(bounds) {}

  struct Reached {
    std::uint32_t count = 0;
    domain::Time since;  // the oldest that is counted
  };
  /// A thing happened. Reached: as many different ones within the window, which ends now, as the threshold says, for
  /// the first time in this period of the clock (Threshold::period()). An attack that goes on is told again in each.
  [[nodiscard]] std::optional<Reached> add(const Key& key, const Thing& thing, domain::Time at);
  /// It turned out harmless.
  void remove(const Key& key, const Thing& thing);
  /// All of that key's did.
  void remove_all(const Key& key);

  [[nodiscard]] const Threshold& threshold() const { return threshold_; }
  [[nodiscard]] std::size_t keys() const { return of_.size(); }
  [[nodiscard]] std::size_t things() const { return things_; }
  /// Keys that were forgotten for want of room although they counted still.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Seen {
    Thing thing;
    domain::Time at;
  };
  struct Counted {
    std::vector<Seen> seen;  // oldest first, each thing once
    domain::Time touched;
    std::optional<std::int64_t> told_in;  // the last period with an alert
  };
  void drop_what_is_over(domain::Time at);
  void keep_within_bounds();
  void erase_if_it_says_nothing(const Key& key, const Counted& counted);

  Threshold threshold_;
  Bounds bounds_;
  RecentMap<Key, Counted, HashOfKey> of_;
  std::size_t things_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace tweestap::consumers::detection
