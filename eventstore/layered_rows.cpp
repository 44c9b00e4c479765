#include "eventstore/layered_rows.h"

#include <algorithm>

#include "eventstore/keys.h"
#include "platform/bug.h"

namespace tweestap::eventstore {

LayeredRows::LayeredRows(std::shared_ptr<const Storage> storage) : storage_(std::move(storage)) {}

bool LayeredRows::get(ViewNumber view, std::string_view key, std::string& value) {
  key_room_.clear();
  append_u16(view, key_room_);
  key_room_.append(key);
  return find(key_room_, value);
}

bool LayeredRows::find(std::string_view full_key, std::string& value) {
  const RowLayer::Value* known = top_->rows.find(full_key);
  if (known == nullptr) known = below_->rows.find(full_key);
  if (known != nullptr) {
    if (!*known) return false;
    value.assign(**known);
    return true;
  }
  if (!storage_) return false;
  if (const auto known_lately = storage_->recent_rows().find(full_key, value)) return *known_lately;
  const auto found = storage_->get(Family::Rows, full_key, value);
  if (!found) {
    fail(found.error());
    return false;
  }
  storage_->recent_rows().add(full_key, *found ? std::optional<std::string_view>{value} : std::nullopt);
  return *found;
}

std::optional<std::pair<std::string, std::string>> LayeredRows::first_from(ViewNumber view, std::string_view key) {
  const std::string from = row_key(view, key);
  Gap& gap = gaps_[view];
  const bool covered = !gap.from.empty() && gap.from <= from && (gap.none_left || from <= gap.next);
  if (!covered) gap = Gap{from, from, false, false};
  if (!gap.next_is_row && !gap.none_left) {
    const auto found = search(view, std::max(from, gap.next));
    gap.next_is_row = found.has_value();
    gap.none_left = !found && !failure();
    if (found) gap.next = *found;
  }
  if (!gap.next_is_row) return std::nullopt;
  std::string value;
  if (!find(gap.next, value)) {
    if (!failure()) platform::bug("the first row of a view is not there");
    return std::nullopt;
  }
  return std::pair{gap.next.substr(2), std::move(value)};
}

// The first row from `from` on: the smallest key of all layers, unless the uppermost layer that knows it erased it.
std::optional<std::string> LayeredRows::search(ViewNumber view, std::string from) {
  const std::string end = row_key_end(view);
  const rocksdb::Slice bound{end};
  std::unique_ptr<rocksdb::Iterator> stored;
  if (storage_) {
    stored = storage_->iterate(Family::Rows, end.empty() ? nullptr : &bound);
    stored->Seek(from);
  }
  for (;;) {
    std::optional<std::string> first;
    const auto consider = [&first](std::string_view key) {
      if (!first || key < *first) first.emplace(key);
    };
    if (const auto key = top_->rows.next_key(from)) consider(*key);
    if (const auto key = below_->rows.next_key(from)) consider(*key);
    if (stored) {
      while (stored->Valid() && stored->key().ToStringView() < from) stored->Next();
      if (stored->Valid()) consider(stored->key().ToStringView());
      if (!stored->status().ok()) {
        fail(failure_of(stored->status(), "reading rows"));
        return std::nullopt;
      }
    }
    if (!first) return std::nullopt;
    const RowLayer::Value* known = top_->rows.find(*first);
    if (known == nullptr) known = below_->rows.find(*first);
    if (known == nullptr || *known) return first;
    from = std::move(*first);
    from.push_back('\0');  // the next possible key
  }
}

void LayeredRows::put(ViewNumber view, std::string_view key, std::string_view value) {
  if (value.empty()) platform::bug("a row has an empty value");
  if (key.size() > kRowKeyBytesMax || value.size() > kRowValueBytesMax) platform::bug("a row is over its maximum");
  const std::string full = row_key(view, key);
  top_->rows.set(full, value);
  note_put(view, full);
}

void LayeredRows::erase(ViewNumber view, std::string_view key) {
  const std::string full = row_key(view, key);
  top_->rows.set(full, std::nullopt);
  note_erase(view, full);
}

void LayeredRows::note_put(ViewNumber view, std::string_view full_key) {
  const auto at = gaps_.find(view);
  if (at == gaps_.end() || at->second.from.empty() || full_key < at->second.from) return;
  Gap& gap = at->second;
  if (!gap.none_left && full_key >= gap.next) return;
  gap.next.assign(full_key);
  gap.next_is_row = true;
  gap.none_left = false;
}

void LayeredRows::note_erase(ViewNumber view, std::string_view full_key) {
  const auto at = gaps_.find(view);
  if (at == gaps_.end() || !at->second.next_is_row || at->second.next != full_key) return;
  // A search goes on behind the erased row instead of over all that were erased before it.
  at->second.next.push_back('\0');
  at->second.next_is_row = false;
}

void LayeredRows::depart() {
  if (storage_) below_->publish(storage_->recent_rows());
  std::swap(below_, top_);
  // Whoever stored it may still hold it; then it is theirs to take apart.
  if (top_.use_count() > 1) {
    top_ = std::make_shared<BatchRows>();
  } else {
    top_->rows.clear();
    top_->published = false;
  }
}

void LayeredRows::set_storage(std::shared_ptr<const Storage> storage) {
  storage_ = std::move(storage);
  gaps_.clear();
}

void LayeredRows::drop_written() { top_->rows.clear(); }

}  // namespace tweestap::eventstore
