#pragma once
// A map that stays small: whoever fills it chooses neither how large it gets nor what is kept.
#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace tweestap::consumers::detection {

/// Knows in which order its keys were touched; how many it may have is its user's to keep. A value stays where it is
/// until its key is erased. Thread rule: as a plain value.
template <class Key, class Value, class Hash>
class RecentMap {
 public:
  RecentMap() = default;
  RecentMap(RecentMap&&) noexcept = default;
  RecentMap& operator=(RecentMap&&) noexcept = default;

  /// The key's value, made where there is none; from now on it is the last one that was touched.
  Value& touch(const Key& key) {
    if (const auto place = places_.find(key); place != places_.end()) {
      entries_.splice(entries_.begin(), entries_, place->second);
    } else {
      // On its own until it has its place: what throws before that leaves the map as it was.
      Entries made;
      made.emplace_front(key, Value{});
      places_.emplace(key, made.begin());
      entries_.splice(entries_.begin(), made);
    }
    return entries_.front().second;
  }
  /// Does not touch it; nullptr where there is none.
  [[nodiscard]] Value* find(const Key& key) {
    const auto place = places_.find(key);
    return place == places_.end() ? nullptr : &place->second->second;
  }
  void erase(const Key& key) {
    const auto place = places_.find(key);
    if (place == places_.end()) return;
    entries_.erase(place->second);
    places_.erase(place);
  }
  /// The value that was not touched for longest. Not of an empty map.
  [[nodiscard]] const Value& oldest() const { return entries_.back().second; }
  /// Not of an empty map.
  void erase_oldest() {
    places_.erase(entries_.back().first);
    entries_.pop_back();
  }
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] bool empty() const { return places_.empty(); }

 private:
  using Entries = std::list<std::pair<Key, Value>>;
  Entries entries_;  // last touched first
  std::unordered_map<Key, typename Entries::iterator, Hash> places_;
};

}  // namespace tweestap::consumers::detection
