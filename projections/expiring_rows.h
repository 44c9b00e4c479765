#pragma once
// Rows that have an end: the same handler works on the store's rows, and on rows that a rebuild keeps in memory until
// it is done.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projections/expiry.h"
#include "projections/kept_rows.h"
#include "projections/row.h"

namespace tweestap::projections {

/// Where a view has its rows while it applies events.
enum class Keeping : std::uint8_t {
  InRows,      // at once in the rows: the live path
  UntilTheEnd  // in memory, until finish(): a rebuild then encodes a row once and not once an event
};

/// Rows that a rebuild keeps in memory at most, of one view: about 200 MiB. Beyond that it goes on in the rows.
inline constexpr std::size_t kKeptRowsMax = 1'000'000;

/// The rows of one kind in one view. `Row` has `end()`, which may grow and never shrinks while the row is there; `Key`
/// has `row_key()`, sorts as its row key does, and has what kept_rows.h asks for. Thread rule: as its view.
template <class Key, domain::DescribedRow Row>
class ExpiringRows {
 public:
  ExpiringRows(ViewNumber view, std::string_view view_name, char index_tag, Keeping keeping,
               std::size_t kept_max = kKeptRowsMax)
      : view_(view), view_name_(view_name), index_(view, index_tag), keeping_(keeping), kept_max_(kept_max) {}

  /// To be called once for each event of the log, before anything else.
  void sweep(Rows& rows, std::uint64_t position, domain::Time now) {
    if (keeping_ == Keeping::InRows) {
      index_.sweep(rows, position, now);
    } else {
      sweep_kept(now);
    }
  }

  [[nodiscard]] std::expected<std::optional<Row>, Failure> get(RowReader& rows, const Key& key) const {
    if (keeping_ == Keeping::InRows) return read_row<Row>(rows, view_, key.row_key(), view_name_);
    const auto place = kept_.find(key);
    return place ? std::optional{kept_[*place].row} : std::optional<Row>{};
  }

  /// `before` is the end that the row had, if it was there.
  void put(Rows& rows, const Key& key, std::optional<domain::Time> before, const Row& row) {
    if (keeping_ == Keeping::InRows) {
      write(rows, key, row);
      index_.set(rows, key.row_key(), before, row.end());
      return;
    }
    const auto place = kept_.put(key, row);
    const domain::Time due = due_of(row.end());
    if (!before || due_of(*before) != due) due_[due].add(key, place);
    if (kept_.size() > kept_max_) finish(rows);
  }

  void erase(Rows& rows, const Key& key, domain::Time end) {
    if (keeping_ == Keeping::UntilTheEnd) {
      if (const auto place = kept_.find(key)) kept_.erase(*place);
      return;
    }
    const auto& row_key = key.row_key();
    rows.erase(view_, row_key);
    index_.forget(rows, row_key, end);
  }

  /// Writes what was kept; from then on everything is in the rows. First the rows, then the index, each in the order of
  /// its keys, so that whoever takes them need not sort them where the index has the last tag of the view.
  void finish(Rows& rows) {
    if (keeping_ == Keeping::InRows) return;
    keeping_ = Keeping::InRows;
    std::map<domain::Time, std::vector<const typename Kept::Entry*>> by_due;
    for (const auto* entry : kept_.sorted()) {
      write(rows, entry->key, entry->row);
      by_due[due_of(entry->row.end())].push_back(entry);
    }
    for (const auto& [due, entries] : by_due) {
      for (const auto* entry : entries) index_.set(rows, entry->key.row_key(), std::nullopt, entry->row.end());
    }
    kept_ = {};
    due_ = {};
  }

 private:
  using Kept = KeptRows<Key, Row>;

  // Where the rows lie that may be due at one time. A row that is gone, or has moved to a later time, is still named
  // here, or another one that was put in its place: so each is asked whether it is there and due.
  struct Due {
    struct Named {
      std::uint64_t order;  // of the row's key, so that sorting need not look at the rows
      typename Kept::Place place;
    };
    std::vector<Named> rows;
    bool sorted = false;

    void add(const Key& key, typename Kept::Place place) {
      rows.push_back({key.order(), place});
      sorted = false;
    }
    // The smallest key first, as the index of the live rows has them.
    Named take(const Kept& kept) {
      if (!sorted) {
        std::ranges::sort(rows, [&](const Named& a, const Named& b) {
          return a.order != b.order ? a.order > b.order : kept[b.place].key < kept[a.place].key;
        });
      }
      sorted = true;
      const Named smallest = rows.back();
      rows.pop_back();
      return smallest;
    }
  };

  void write(Rows& rows, const Key& key, const Row& row) {
    room_.clear();
    encode_row(row, room_);
    rows.put(view_, key.row_key(), room_);
  }

  void sweep_kept(domain::Time now) {
    for (std::size_t swept = 0; swept < kSweptPerEvent && !due_.empty();) {
      const auto first = due_.begin();
      if (now < first->first + kKeptAfterEnd) return;
      if (first->second.rows.empty()) {
        due_.erase(first);
        continue;
      }
      const auto named = first->second.take(kept_);
      const auto& entry = kept_[named.place];
      if (!entry.there || entry.key.order() != named.order || due_of(entry.row.end()) != first->first) continue;
      kept_.erase(named.place);
      ++swept;
    }
  }

  ViewNumber view_;
  std::string_view view_name_;
  ExpiryIndex index_;
  Keeping keeping_;
  std::size_t kept_max_;
  Kept kept_;
  std::map<domain::Time, Due> due_;
  std::string room_;  // for encoding
};

}  // namespace tweestap::projections
