#pragma once
// RocksDB lives here (and in key_ring) alone. Only for eventstore/ and its tests.
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "eventstore/recent_rows.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// The column families, in the order of their handles. Fixed at creation: adding or dropping one breaks a reader that
/// tails the store.
enum class Family : std::uint8_t { Events, Sealed, Streams, Rows, Answers, Tree, Meta, Cursors };
inline constexpr std::array<std::string_view, 8> kFamilyNames{"events",  "sealed", "streams", "rows",
                                                              "answers", "tree",   "meta",    "cursors"};
inline constexpr std::array<Family, 8> kFamilies{Family::Events,  Family::Sealed, Family::Streams, Family::Rows,
                                                 Family::Answers, Family::Tree,   Family::Meta,    Family::Cursors};

struct StorageSettings {
  std::filesystem::path folder;
  std::uint64_t wal_bytes = std::uint64_t{128} << 20;
  std::uint64_t cache_bytes = std::uint64_t{64} << 20;
  /// Rows kept beside it, ready to use: those of some 30,000 accounts that logged in lately.
  std::uint64_t recent_rows_bytes = std::uint64_t{64} << 20;
  /// For tests that inject faults; otherwise the system's.
  rocksdb::Env* env = nullptr;
  /// False only in the tests that show what it is good for.
  bool sync = true;
};

/// The same bytes, for RocksDB.
[[nodiscard]] inline rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

/// How RocksDB's status becomes ours: Corruption and missing files are Damaged, a held lock is Unavailable.
[[nodiscard]] platform::Failure failure_of(const rocksdb::Status& status, std::string_view doing);

/// One open database. Thread rule: reads from any thread; write() from one at a time beside unsynced ones.
class Storage {
 public:
  using Opened = std::expected<std::shared_ptr<Storage>, platform::Failure>;

  /// Makes a new database in a folder that is not there.
  [[nodiscard]] static Opened create(const StorageSettings& settings);
  [[nodiscard]] static Opened open(const StorageSettings& settings);
  /// Changes no file, not even RocksDB's own log.
  [[nodiscard]] static Opened open_read_only(const StorageSettings& settings);
  /// Tails a database that another process writes. `scratch` is an empty folder of its own.
  [[nodiscard]] static Opened open_secondary(const StorageSettings& settings, const std::filesystem::path& scratch);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  [[nodiscard]] std::expected<std::optional<std::string>, platform::Failure> get(Family family,
                                                                                 std::string_view key) const;
  /// The same into a string that is used again and again: true where there is such a key.
  [[nodiscard]] std::expected<bool, platform::Failure> get(Family family, std::string_view key, std::string& value,
                                                           const rocksdb::Snapshot* snapshot = nullptr) const;
  /// `end` (exclusive, may be empty for none) has to outlive the iterator.
  [[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Family family, const rocksdb::Slice* end = nullptr,
                                                           const rocksdb::Snapshot* snapshot = nullptr,
                                                           bool fill_cache = true) const;

  /// One atomic, synced write. Its failure has an unknown outcome: nothing may be written afterwards.
  [[nodiscard]] std::expected<void, platform::Failure> write(rocksdb::WriteBatch& batch);
  /// Becomes durable with a later synced write.
  [[nodiscard]] std::expected<void, platform::Failure> write_unsynced(rocksdb::WriteBatch& batch);
  [[nodiscard]] std::expected<void, platform::Failure> sync_wal();
  /// Memtables into table files.
  [[nodiscard]] std::expected<void, platform::Failure> flush();
  /// Reads every table file and compares every checksum.
  [[nodiscard]] std::expected<void, platform::Failure> verify_checksums() const;
  [[nodiscard]] std::uint64_t table_bytes() const;
  [[nodiscard]] std::expected<void, platform::Failure> catch_up();

  /// Called, from a thread of RocksDB's, when it could not write in the background: the next write would fail.
  void on_background_failure(std::function<void(const platform::Failure&)> hear);

  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const {
    return handles_[static_cast<std::size_t>(family)];
  }
  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  /// Empty where another process writes.
  [[nodiscard]] RecentRows& recent_rows() const { return *recent_rows_; }
  /// One moment to read from; nullptr on a secondary, which stands still by itself and takes no snapshots.
  [[nodiscard]] const rocksdb::Snapshot* take_snapshot() const { return tails_ ? nullptr : db_->GetSnapshot(); }
  void release(const rocksdb::Snapshot* snapshot) const {
    if (snapshot != nullptr) db_->ReleaseSnapshot(snapshot);
  }

 private:
  class Listener;
  Storage(const StorageSettings& settings, std::unique_ptr<rocksdb::DB> db,
          std::vector<rocksdb::ColumnFamilyHandle*> handles, std::shared_ptr<Listener> listener, bool tails);
  enum class Mode { Create, Write, ReadOnly, Secondary };
  static Opened open_as(Mode mode, const StorageSettings& settings, const std::filesystem::path& scratch);

  bool sync_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
  std::shared_ptr<Listener> listener_;
  bool tails_;  // a secondary
  std::unique_ptr<RecentRows> recent_rows_;
};

/// The families' names in a database folder; a failure where it is none.
[[nodiscard]] std::expected<std::vector<std::string>, platform::Failure> families_in(const StorageSettings& settings);

}  // namespace tweestap::eventstore
