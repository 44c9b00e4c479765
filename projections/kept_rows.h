#pragma once
// Rows that a rebuild keeps in memory, by key.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace tweestap::projections {

/// A hash table of `Key` (which has `Key::Hash`, and `order()`: a number that sorts as the key's first bytes do) and
/// `Row`. A rebuild makes a row for most events and sweeps another, so rows lie one behind another in the order in
/// which they came, and the table only has their numbers: no allocation for a row, and what came together is swept
/// together. Thread rule: as a plain value.
template <class Key, class Row>
class KeptRows {
 public:
  using Place = std::uint32_t;
  struct Entry {
    Key key;
    Row row;
    bool there = true;
  };

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::optional<Place> find(const Key& key) const {
    if (size_ == 0) return std::nullopt;
    const std::uint64_t hash = hash_of(key);
    for (std::size_t at = first_slot(hash);; at = next(at)) {
      if (slots_[at].place == kEmpty) return std::nullopt;
      if (holds(slots_[at], hash, key)) return slots_[at].place;
    }
  }
  /// What is at a place; `there` is false where it was erased since.
  [[nodiscard]] const Entry& operator[](Place place) const { return entries_[place]; }

  /// Adds or replaces a row. Its place stays its own until it is erased, and is then given to another one.
  Place put(const Key& key, Row row) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    const std::uint64_t hash = hash_of(key);
    std::size_t at = first_slot(hash);
    for (; slots_[at].place != kEmpty; at = next(at)) {
      if (!holds(slots_[at], hash, key)) continue;
      entries_[slots_[at].place].row = std::move(row);
      return slots_[at].place;
    }
    ++used_;
    ++size_;
    slots_[at] = {take_place(key, std::move(row)), mark_of(hash)};
    return slots_[at].place;
  }
  /// The row at that place is there.
  void erase(Place place) {
    std::size_t at = first_slot(hash_of(entries_[place].key));
    while (slots_[at].place != place) at = next(at);
    slots_[at].place = kGone;
    entries_[place].there = false;
    free_.push_back(place);
    --size_;
  }

  /// All rows in the order of their keys.
  [[nodiscard]] std::vector<const Entry*> sorted() const {
    std::vector<std::pair<std::uint64_t, const Entry*>> all;
    all.reserve(size_);
    for (const Entry& entry : entries_) {
      if (entry.there) all.emplace_back(entry.key.order(), &entry);
    }
    std::ranges::sort(all, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first < b.first : a.second->key < b.second->key;
    });
    std::vector<const Entry*> out;
    out.reserve(all.size());
    for (const auto& one : all) out.push_back(one.second);
    return out;
  }

 private:
  static constexpr Place kEmpty = 0xffff'ffff;
  static constexpr Place kGone = 0xffff'fffe;  // something was here; a search goes on
  static constexpr std::size_t kSlotsMin = 64;

  // The mark is a part of the hash, so that a search seldom has to look at a row that is not the one.
  struct Slot {
    Place place = kEmpty;
    std::uint32_t mark = 0;
  };

  // A product has its randomness in the upper bits, wherever the hash has it.
  [[nodiscard]] static std::uint64_t hash_of(const Key& key) {
    return std::uint64_t{typename Key::Hash{}(key)} * 0x9E37'79B9'7F4A'7C15U;
  }
  [[nodiscard]] static std::uint32_t mark_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 16); }
  [[nodiscard]] bool holds(const Slot& slot, std::uint64_t hash, const Key& key) const {
    return slot.mark == mark_of(hash) && slot.place != kGone && entries_[slot.place].key == key;
  }
  [[nodiscard]] std::size_t first_slot(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> shift_); }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }

  Place take_place(const Key& key, Row&& row) {
    if (free_.empty()) {
      entries_.push_back({key, std::move(row)});
      return static_cast<Place>(entries_.size() - 1);
    }
    const Place place = free_.back();
    free_.pop_back();
    entries_[place] = {key, std::move(row)};
    return place;
  }
  void grow() {
    const std::size_t slots = std::max(kSlotsMin, std::bit_ceil(4 * (size_ + 1)));
    shift_ = 64 - std::countr_zero(slots);
    slots_.assign(slots, Slot{});
    for (Place place = 0; place < entries_.size(); ++place) {
      if (!entries_[place].there) continue;
      const std::uint64_t hash = hash_of(entries_[place].key);
      std::size_t at = first_slot(hash);
      while (slots_[at].place != kEmpty) at = next(at);
      slots_[at] = {place, mark_of(hash)};
    }
    used_ = size_;
  }

  std::vector<Entry> entries_;
  std::vector<Place> free_;
  std::vector<Slot> slots_;  // a power of two, at most half of them used
  int shift_ = 0;
  std::size_t size_ = 0;
  std::size_t used_ = 0;  // slots that are not empty
};

}  // namespace tweestap::projections
