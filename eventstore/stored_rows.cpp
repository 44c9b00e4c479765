#include "eventstore/stored_rows.h"

#include "eventstore/keys.h"

namespace tweestap::eventstore {

StoredRows::StoredRows(std::shared_ptr<const Storage> storage, Of of)
    : storage_(std::move(storage)), of_(of), snapshot_(of == Of::OneMoment ? storage_->take_snapshot() : nullptr) {}

StoredRows::~StoredRows() { storage_->release(snapshot_); }

bool StoredRows::get(ViewNumber view, std::string_view key, std::string& value) {
  const std::string full_key = row_key(view, key);
  if (of_ == Of::EachRead) {
    if (const auto known = storage_->recent_rows().find(full_key, value)) return *known;
  }
  const auto found = storage_->get(Family::Rows, full_key, value, snapshot_);
  if (found) return *found;
  fail(found.error());
  return false;
}

std::optional<std::pair<std::string, std::string>> StoredRows::first_from(ViewNumber view, std::string_view key) {
  const std::string end = row_key_end(view);
  const rocksdb::Slice bound{end};
  const auto rows = storage_->iterate(Family::Rows, end.empty() ? nullptr : &bound, snapshot_);
  rows->Seek(row_key(view, key));
  if (!rows->status().ok()) fail(failure_of(rows->status(), "reading rows"));
  if (!rows->Valid()) return std::nullopt;
  return std::pair{std::string{rows->key().ToStringView().substr(2)}, rows->value().ToString()};
}

}  // namespace tweestap::eventstore
