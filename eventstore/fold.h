#pragma once
// Rows made of the log's events alone, in memory as far as that goes. Only for eventstore/ and its tests.
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/envelope.h"
#include "eventstore/inline_view.h"
#include "eventstore/last_rows.h"
#include "eventstore/layered_rows.h"
#include "eventstore/rebuild.h"
#include "eventstore/scratch_folder.h"
#include "eventstore/storage.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// So much of rows goes to disk in one write.
inline constexpr std::size_t kRowsWriteBytes = std::size_t{1} << 20;

/// One moment of a store: a snapshot where this process writes it; a secondary stands still by itself.
class StoredContent {
 public:
  explicit StoredContent(const Reader& reader) : StoredContent(*reader.storage_) {}
  explicit StoredContent(const Storage& storage);
  ~StoredContent();
  StoredContent(const StoredContent&) = delete;
  StoredContent& operator=(const StoredContent&) = delete;

  [[nodiscard]] const Storage& storage() const { return storage_; }
  [[nodiscard]] const rocksdb::Snapshot* snapshot() const { return snapshot_; }
  [[nodiscard]] std::expected<Head, platform::Failure> head() const;

 private:
  const Storage& storage_;
  const rocksdb::Snapshot* snapshot_;
};

/// Rows beyond this lie in a database in a temporary folder instead: a rebuild of a large store must fit a small
/// machine.
inline constexpr std::size_t kFoldBytesMax = std::size_t{512} << 20;

/// Thread rule: one thread.
class Fold {
 public:
  explicit Fold(std::size_t bytes_max = kFoldBytesMax) : bytes_max_(bytes_max), rows_(nullptr) {}

  /// Applies every event up to `last` to the views. Damaged where an event is missing or does not decode.
  [[nodiscard]] std::expected<void, platform::Failure> run(const StoredContent& content, std::uint64_t last,
                                                           std::span<InlineView* const> views,
                                                           const Progress& progress);
  /// Calls `visit(full key, value)` for every row of the view, in order of their keys.
  using Visit = std::function<std::expected<void, platform::Failure>(std::string_view, std::string_view)>;
  [[nodiscard]] std::expected<void, platform::Failure> visit(ViewNumber view, const Visit& visit);

 private:
  [[nodiscard]] std::expected<void, platform::Failure> apply(std::string_view bytes,
                                                             std::span<InlineView* const> views);
  [[nodiscard]] std::expected<void, platform::Failure> spill();
  [[nodiscard]] std::expected<void, platform::Failure> visit_spilled(ViewNumber view, const Visit& visit);

  std::size_t bytes_max_;
  std::optional<ScratchFolder> scratch_;
  std::shared_ptr<Storage> spilled_;
  LayeredRows rows_;
  LastRows last_;      // over rows_, unless rows lie in a database: then views end there
  Envelope envelope_;  // the one that is applied
};

}  // namespace tweestap::eventstore
