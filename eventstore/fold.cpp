#include "eventstore/fold.h"

#include <algorithm>

#include "eventstore/applying.h"
#include "eventstore/keys.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

constexpr std::uint64_t kProgressEvery = 10'000;  // events: several times a second

bool is_position_key(std::string_view key, std::uint64_t position) {
  return key.size() == sizeof position && read_u64(key) == position;
}

}  // namespace

StoredContent::StoredContent(const Storage& storage) : storage_(storage), snapshot_(storage.take_snapshot()) {}

StoredContent::~StoredContent() { storage_.release(snapshot_); }

std::expected<Head, Failure> StoredContent::head() const {
  std::string value;
  const auto found = storage_.get(Family::Meta, kMetaHead, value, snapshot_);
  if (!found) return std::unexpected(found.error());
  if (!*found) return Head{};
  const auto head = parse_head(value);
  if (!head) return std::unexpected(damaged("the log's head does not read back"));
  return *head;
}

std::expected<void, Failure> Fold::run(const StoredContent& content, std::uint64_t last,
                                       std::span<InlineView* const> views, const Progress& progress) {
  // Reading everything once must not push what the service needs out of its cache.
  const auto events = content.storage().iterate(Family::Events, nullptr, content.snapshot(), /*fill_cache=*/false);
  events->SeekToFirst();
  for (std::uint64_t position = 1; position <= last; ++position, events->Next()) {
    // An iterator with a failure is not valid, so that is asked first and once.
    if (!events->Valid() || !is_position_key(events->key().ToStringView(), position)) {
      if (!events->status().ok()) return std::unexpected(failure_of(events->status(), "reading the log"));
      return std::unexpected(damaged("event " + std::to_string(position) + " is missing from the log"));
    }
    if (auto applied = apply(events->value().ToStringView(), views); !applied) return applied;
    if (rows_.written().bytes() > bytes_max_) {
      if (auto spilled = spill(); !spilled) return spilled;
    }
    if (progress && position % kProgressEvery == 0) progress(position, last);
  }
  Rows& end = spilled_ ? static_cast<Rows&>(rows_) : last_;
  for (InlineView* view : views) {
    if (auto finished = view->finish(end); !finished) return finished;
  }
  if (rows_.failure()) return std::unexpected(*rows_.failure());
  if (progress) progress(last, last);
  return {};
}

std::expected<void, Failure> Fold::apply(std::string_view bytes, std::span<InlineView* const> views) {
  if (auto decoded = decode(bytes, envelope_); !decoded) return decoded;
  const Stored stored = stored_of(envelope_);
  for (InlineView* view : views) {
    if (auto applied = view->apply(stored, rows_); !applied) return applied;
  }
  if (rows_.failure()) return std::unexpected(*rows_.failure());
  return {};
}

std::expected<void, Failure> Fold::spill() {
  if (!spilled_) {
    auto scratch = ScratchFolder::make();
    if (!scratch) return std::unexpected(scratch.error());
    scratch_.emplace(std::move(*scratch));
    StorageSettings settings;
    settings.folder = scratch_->path() / "rows";
    settings.recent_rows_bytes = 0;  // rows are put there behind their back
    auto storage = Storage::create(settings);
    if (!storage) return std::unexpected(std::move(storage.error()));
    spilled_ = std::move(*storage);
    rows_.set_storage(spilled_);
  }
  rocksdb::ColumnFamilyHandle* const family = spilled_->handle(Family::Rows);
  rocksdb::WriteBatch batch;
  for (const auto& [key, value] : rows_.written().rows()) {
    const auto added = value ? batch.Put(family, key, *value) : batch.Delete(family, key);
    if (!added.ok()) return std::unexpected(failure_of(added, "putting rows aside"));
    if (batch.GetDataSize() < kRowsWriteBytes) continue;
    if (auto written = spilled_->write_unsynced(batch); !written) return written;
    batch.Clear();
  }
  if (auto written = spilled_->write_unsynced(batch); !written) return written;
  rows_.drop_written();
  return {};
}

std::expected<void, Failure> Fold::visit(ViewNumber view, const Visit& visit) {
  if (spilled_) return visit_spilled(view, visit);
  std::vector<const RowLayer::Map::value_type*> before;
  for (const auto& row : rows_.written().rows()) {
    if (row.second && read_u16(row.first) == view) before.push_back(&row);
  }
  std::ranges::sort(before, {}, [](const auto* row) -> std::string_view { return row->first; });
  auto at = before.begin();
  const auto before_until = [&](std::string_view key) -> std::expected<void, Failure> {
    for (; at != before.end() && (*at)->first < key; ++at) {
      if (auto seen = visit((*at)->first, *(*at)->second); !seen) return seen;
    }
    return {};
  };
  for (const auto& [key, value] : last_.of(view)) {
    if (auto seen = before_until(key); !seen) return seen;
    if (at != before.end() && (*at)->first == key) ++at;  // written again at the end
    if (auto seen = visit(key, value); !seen) return seen;
  }
  for (; at != before.end(); ++at) {
    if (auto seen = visit((*at)->first, *(*at)->second); !seen) return seen;
  }
  return {};
}

std::expected<void, Failure> Fold::visit_spilled(ViewNumber view, const Visit& visit) {
  if (auto rest = spill(); !rest) return rest;
  const std::string end = row_key_end(view);
  const rocksdb::Slice bound{end};
  const auto rows = spilled_->iterate(Family::Rows, end.empty() ? nullptr : &bound);
  for (rows->Seek(row_key(view, {})); rows->Valid(); rows->Next()) {
    if (auto seen = visit(rows->key().ToStringView(), rows->value().ToStringView()); !seen) return seen;
  }
  if (!rows->status().ok()) return std::unexpected(failure_of(rows->status(), "reading rows put aside"));
  return {};
}

}  // namespace tweestap::eventstore
