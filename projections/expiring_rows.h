#pragma once
// Rows that have an end: the same handler works on the store's rows, and on rows that a rebuild keeps in memory until
// it is done.
#include <algorithm>
#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "projections/expiry.h"
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
/// has `row_key()`, sorts as its row key does, and has `Key::Hash`. Thread rule: as its view.
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
    const auto kept = kept_.find(key);
    return kept == kept_.end() ? std::optional<Row>{} : std::optional{kept->second};
  }

  /// `before` is the end that the row had, if it was there.
  void put(Rows& rows, const Key& key, std::optional<domain::Time> before, const Row& row) {
    if (keeping_ == Keeping::InRows) return put_in_rows(rows, key, before, row);
    kept_.insert_or_assign(key, row);
    if (!before || due_of(*before) != due_of(row.end())) due_[due_of(row.end())].add(key);
    if (kept_.size() > kept_max_) finish(rows);
  }

  void erase(Rows& rows, const Key& key, domain::Time end) {
    if (keeping_ == Keeping::UntilTheEnd) {
      kept_.erase(key);
      return;
    }
    const auto row_key = key.row_key();
    rows.erase(view_, row_key);
    index_.forget(rows, row_key, end);
  }

  /// Writes what was kept; from then on everything is in the rows.
  void finish(Rows& rows) {
    if (keeping_ == Keeping::InRows) return;
    keeping_ = Keeping::InRows;
    for (const auto& [key, row] : kept_) put_in_rows(rows, key, std::nullopt, row);
    kept_ = {};
    due_ = {};
  }

 private:
  // The keys whose rows may be due at one time: a row that is gone, or has moved to a later time, is still named here.
  struct Due {
    std::vector<Key> keys;
    bool sorted = false;

    void add(const Key& key) {
      keys.push_back(key);
      sorted = false;
    }
    // The smallest first, as the index of the live rows has them.
    Key take() {
      if (!sorted) std::ranges::sort(keys, std::greater<>{});
      sorted = true;
      const Key key = keys.back();
      keys.pop_back();
      return key;
    }
  };

  void put_in_rows(Rows& rows, const Key& key, std::optional<domain::Time> before, const Row& row) {
    const auto row_key = key.row_key();
    write_row(rows, view_, row_key, row);
    index_.set(rows, row_key, before, row.end());
  }

  void sweep_kept(domain::Time now) {
    for (std::size_t swept = 0; swept < kSweptPerEvent && !due_.empty();) {
      const auto first = due_.begin();
      if (now < first->first + kKeptAfterEnd) return;
      if (first->second.keys.empty()) {
        due_.erase(first);
        continue;
      }
      const auto kept = kept_.find(first->second.take());
      if (kept == kept_.end() || due_of(kept->second.end()) != first->first) continue;
      kept_.erase(kept);
      ++swept;
    }
  }

  ViewNumber view_;
  std::string_view view_name_;
  ExpiryIndex index_;
  Keeping keeping_;
  std::size_t kept_max_;
  std::unordered_map<Key, Row, typename Key::Hash> kept_;
  std::map<domain::Time, Due> due_;
};

/// A key that is its row key, for views that few events touch.
struct TextKey {
  std::string text;
  [[nodiscard]] std::string_view row_key() const { return text; }
  friend auto operator<=>(const TextKey&, const TextKey&) = default;
  struct Hash {
    std::size_t operator()(const TextKey& key) const noexcept { return std::hash<std::string>{}(key.text); }
  };
};

}  // namespace tweestap::projections
