#include "eventstore/rebuild.h"

#include <utility>

#include "eventstore/fold.h"
#include "eventstore/keys.h"
#include "eventstore/store_opening.h"
#include "eventstore/view_checkpoints.h"
#include "platform/bytes.h"
#include "platform/text/encoding.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

/// What is said of each row that is not as the rebuild made it; an empty value: it should not be there.
using OnDifference = std::function<std::expected<void, Failure>(std::string_view key, std::string_view value)>;

// Walks the rebuilt and the live rows of a view side by side.
class SideBySide {
 public:
  SideBySide(const StoredContent& content, ViewNumber view, const OnDifference& on_difference)
      : end_(row_key_end(view)),
        bound_(end_),
        live_(content.storage().iterate(Family::Rows, end_.empty() ? nullptr : &bound_, content.snapshot(),
                                        /*fill_cache=*/false)),
        on_difference_(on_difference) {
    live_->Seek(row_key(view, {}));
  }

  std::expected<void, Failure> rebuilt(std::string_view key, std::string_view value) {
    if (auto before = live_until(key); !before) return before;
    if (live_->Valid() && live_->key().ToStringView() == key) {
      const bool same = live_->value().ToStringView() == value;
      live_->Next();
      if (same) return {};
    }
    return on_difference_(key, value);
  }
  std::expected<void, Failure> no_more() {
    while (live_->Valid()) {
      if (auto told = surplus(); !told) return told;
    }
    if (!live_->status().ok()) return std::unexpected(failure_of(live_->status(), "reading rows"));
    return {};
  }

 private:
  std::expected<void, Failure> live_until(std::string_view key) {
    while (live_->Valid() && live_->key().ToStringView() < key) {
      if (auto told = surplus(); !told) return told;
    }
    if (!live_->status().ok()) return std::unexpected(failure_of(live_->status(), "reading rows"));
    return {};
  }
  std::expected<void, Failure> surplus() {
    auto told = on_difference_(live_->key().ToStringView(), {});
    live_->Next();
    return told;
  }

  std::string end_;
  rocksdb::Slice bound_;
  std::unique_ptr<rocksdb::Iterator> live_;
  const OnDifference& on_difference_;
};

// Every difference of one view, in order of the keys; returns how many rows the rebuild has.
std::expected<std::uint64_t, Failure> differences(Fold& fold, const StoredContent& content, ViewNumber view,
                                                  const OnDifference& on_difference) {
  SideBySide both{content, view, on_difference};
  std::uint64_t rows = 0;
  auto visited = fold.visit(view, [&](std::string_view key, std::string_view value) {
    ++rows;
    return both.rebuilt(key, value);
  });
  if (visited) visited = both.no_more();
  if (!visited) return std::unexpected(visited.error());
  return rows;
}

std::expected<void, Failure> repair(Storage& storage, Fold& fold, const StoredContent& content, ViewNumber view) {
  rocksdb::ColumnFamilyHandle* const family = storage.handle(Family::Rows);
  rocksdb::WriteBatch batch{kRowsWriteBytes + kRowsWriteBytes / 4};  // so that it need not grow
  const OnDifference write = [&](std::string_view key, std::string_view value) -> std::expected<void, Failure> {
    const rocksdb::Slice at{key.data(), key.size()};
    const auto added =
        value.empty() ? batch.Delete(family, at) : batch.Put(family, at, rocksdb::Slice{value.data(), value.size()});
    if (!added.ok()) return std::unexpected(failure_of(added, "replacing rows"));
    if (batch.GetDataSize() < kRowsWriteBytes) return {};
    auto written = storage.write_unsynced(batch);
    batch.Clear();
    return written;
  };
  const auto rows = differences(fold, content, view, write);
  if (!rows) return std::unexpected(rows.error());
  return storage.write_unsynced(batch);
}

}  // namespace

std::expected<std::vector<ViewState>, Failure> view_states(const Reader& reader, std::span<InlineView* const> views) {
  const StoredContent content{reader};
  std::vector<ViewState> states;
  for (const InlineView* view : views) {
    const auto checkpoint = load_checkpoint(content.storage(), view->number());
    if (!checkpoint) return std::unexpected(checkpoint.error());
    ViewState& state = states.emplace_back();
    state.number = view->number();
    state.name = view->name();
    state.format_wanted = view->format();
    if (*checkpoint) state.format_stored = (*checkpoint)->format;
  }
  return states;
}

std::expected<void, Failure> rebuild(OpenedStore& store, std::span<InlineView* const> views, const Progress& progress) {
  Storage& storage = StoreOpening::storage_of(store);
  const StoredContent content{storage};
  const auto head = content.head();
  if (!head) return std::unexpected(head.error());
  Fold fold;
  if (auto folded = fold.run(content, head->position, views, progress); !folded) return folded;
  for (const InlineView* view : views) {
    // Between these two the view counts as not built, so a kill in the middle leads here again.
    if (auto dropped = drop_checkpoint(storage, view->number()); !dropped) return dropped;
    auto repaired = repair(storage, fold, content, view->number());
    storage.recent_rows().clear();
    if (!repaired) return repaired;
    auto stored = store_checkpoint(storage, view->number(), {view->format(), head->position});
    if (!stored) return stored;
  }
  return {};
}

std::expected<std::vector<Difference>, Failure> compare(const Reader& reader, std::span<InlineView* const> views,
                                                        const Progress& progress) {
  const StoredContent content{reader};
  const auto head = content.head();
  if (!head) return std::unexpected(head.error());
  Fold fold;
  if (auto folded = fold.run(content, head->position, views, progress); !folded) {
    return std::unexpected(folded.error());
  }
  std::vector<Difference> found;
  for (const InlineView* view : views) {
    Difference& difference = found.emplace_back();
    difference.number = view->number();
    difference.name = view->name();
    const OnDifference note = [&](std::string_view key, std::string_view) -> std::expected<void, Failure> {
      if (difference.different++ == 0) difference.first_key = platform::to_hex(platform::bytes_of(key.substr(2)));
      return {};
    };
    const auto rows = differences(fold, content, view->number(), note);
    if (!rows) return std::unexpected(rows.error());
    difference.rows = *rows;
  }
  return found;
}

}  // namespace tweestap::eventstore
