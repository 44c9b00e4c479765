#include "eventstore/view_checkpoints.h"

#include <algorithm>
#include <string>

namespace tweestap::eventstore {
namespace {

using platform::Failure;

std::expected<void, Failure> write(Storage& storage, const rocksdb::Status& added, rocksdb::WriteBatch& batch) {
  if (!added.ok()) return std::unexpected(failure_of(added, "noting which rows are built"));
  return storage.write(batch);
}

}  // namespace

std::expected<std::optional<ViewCheckpoint>, Failure> load_checkpoint(const Storage& storage, ViewNumber view) {
  const auto value = storage.get(Family::Meta, view_key(view));
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::nullopt;
  return parse_view_value(**value);  // one that does not read back is none: the rows are built anew
}

std::expected<void, Failure> store_checkpoint(Storage& storage, ViewNumber view, const ViewCheckpoint& checkpoint) {
  rocksdb::WriteBatch batch;
  const auto added = batch.Put(storage.handle(Family::Meta), view_key(view), view_value(checkpoint));
  return write(storage, added, batch);
}

std::expected<void, Failure> drop_checkpoint(Storage& storage, ViewNumber view) {
  rocksdb::WriteBatch batch;
  const auto added = batch.Delete(storage.handle(Family::Meta), view_key(view));
  return write(storage, added, batch);
}

std::expected<void, Failure> settle_checkpoints(Storage& storage, std::uint64_t head,
                                                std::span<InlineView* const> views) {
  for (const InlineView* view : views) {
    const auto checkpoint = load_checkpoint(storage, view->number());
    if (!checkpoint) return std::unexpected(checkpoint.error());
    if (*checkpoint && (*checkpoint)->format == view->format()) continue;
    if (head > 0) {
      return std::unexpected(Failure{Failure::Kind::Invalid, "the rows of the projection " + std::string{view->name()} +
                                                                 " have to be rebuilt first"});
    }
    if (auto stored = store_checkpoint(storage, view->number(), {view->format(), 0}); !stored) return stored;
  }
  const auto metas = storage.iterate(Family::Meta);
  for (metas->Seek(std::string{kMetaView}); metas->Valid(); metas->Next()) {
    const std::string_view key = metas->key().ToStringView();
    if (!key.starts_with(kMetaView) || key.size() != kMetaView.size() + 2) break;
    const ViewNumber number = read_u16(key.substr(kMetaView.size()));
    if (std::ranges::find(views, number, &InlineView::number) != views.end()) continue;
    if (auto dropped = drop_checkpoint(storage, number); !dropped) return dropped;
  }
  if (!metas->status().ok()) return std::unexpected(failure_of(metas->status(), "reading which rows are built"));
  return {};
}

}  // namespace tweestap::eventstore
