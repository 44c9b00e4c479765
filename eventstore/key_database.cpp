#include "eventstore/key_database.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>

#include "eventstore/storage.h"
#include "eventstore/storage_options.h"
#include "eventstore/torn_manifest.h"
#include "platform/files.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

// A record is about 120 bytes: this holds those of a quarter of a million subjects that are active.
constexpr std::size_t kCacheBytes = std::size_t{32} << 20;
constexpr std::size_t kWriteBufferBytes = std::size_t{8} << 20;
constexpr double kFilterBitsPerKey = 10;  // one look-up in a hundred of a subject without keys reads in vain

rocksdb::Options options() {
  rocksdb::Options out;
  out.paranoid_checks = true;
  out.track_and_verify_wals_in_manifest = true;
  // A torn tail was never acknowledged and opens; damage before the tail is refused, for keys must not get lost.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  out.write_buffer_size = kWriteBufferBytes;
  out.max_total_wal_size = 4 * kWriteBufferBytes;
  // New subjects are looked for first, and never there: the memtable's filter says so without a search.
  out.memtable_whole_key_filtering = true;
  out.memtable_prefix_bloom_size_ratio = 0.02;
  out.max_bgerror_resume_count = 0;  // a failed write is never tried again (DUR-3)
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  out.info_log = silent_logger();
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(kCacheBytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return out;
}

Failure cannot_open(const rocksdb::Status& status, const std::filesystem::path& folder) {
  if (status.IsInvalidArgument()) {
    return {Failure::Kind::Invalid, "there is no key database in " + folder.string()};
  }
  return failure_of(status, "the key database in " + folder.string() + " does not open");
}

// Before anything is changed: whether all is there that was, and what a power cut left of the manifest.
std::expected<void, Failure> look(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / "CURRENT")) return {};  // there is none: opening says so
  const auto looked = look_past_torn_manifest(folder, [](const std::filesystem::path& there) {
    const auto opened = KeyDatabase::open_read_only(there);
    return opened ? check_wal_follows(options(), there) : std::unexpected(opened.error());
  });
  if (!looked) return std::unexpected(looked.error());
  return {};
}

}  // namespace

KeyDatabase::KeyDatabase(std::unique_ptr<rocksdb::DB> database, bool secondary)
    : database_(std::move(database)), secondary_(secondary) {}

KeyDatabase::~KeyDatabase() = default;

KeyDatabase::Opened KeyDatabase::open(const std::filesystem::path& folder, bool create, rocksdb::Env* env) {
  if (create) {
    if (const auto made = platform::create_private_folder(folder); !made) return std::unexpected(made.error());
  } else if (auto looked = look(folder); !looked) {
    return std::unexpected(std::move(looked.error()));
  }
  rocksdb::Options opening = options();
  opening.create_if_missing = create;
  if (env != nullptr) opening.env = env;
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::Open(opening, folder.string(), &database);
  if (!status.ok()) return std::unexpected(cannot_open(status, folder));
  return std::unique_ptr<KeyDatabase>{new KeyDatabase(std::unique_ptr<rocksdb::DB>{database}, false)};
}

KeyDatabase::Opened KeyDatabase::open_read_only(const std::filesystem::path& folder) {
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::OpenForReadOnly(options(), folder.string(), &database);
  if (!status.ok()) return std::unexpected(cannot_open(status, folder));
  return std::unique_ptr<KeyDatabase>{new KeyDatabase(std::unique_ptr<rocksdb::DB>{database}, false)};
}

KeyDatabase::Opened KeyDatabase::open_secondary(const std::filesystem::path& folder,
                                                const std::filesystem::path& scratch) {
  rocksdb::Options opening = options();
  opening.max_open_files = -1;  // a secondary needs files that the running service may remove
  rocksdb::DB* database = nullptr;
  const auto status = rocksdb::DB::OpenAsSecondary(opening, folder.string(), scratch.string(), &database);
  if (!status.ok()) return std::unexpected(cannot_open(status, folder));
  return std::unique_ptr<KeyDatabase>{new KeyDatabase(std::unique_ptr<rocksdb::DB>{database}, true)};
}

std::expected<std::optional<std::string>, Failure> KeyDatabase::get(std::string_view name) const {
  std::string value;
  const auto status = database_->Get(rocksdb::ReadOptions{}, slice(name), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return std::unexpected(failure_of(status, "a key cannot be read"));
  if (value.empty()) return std::unexpected(Failure{Failure::Kind::Damaged, "a record of the key database is empty"});
  return value;
}

std::expected<void, Failure> KeyDatabase::put(std::span<const KeyRecord> records) {
  rocksdb::WriteBatch batch;
  for (const auto& [name, value] : records) {
    const auto added = batch.Put(slice(name), slice(value));
    if (!added.ok()) return std::unexpected(failure_of(added, "keys cannot be written"));
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto status = database_->Write(synced, &batch);
  if (!status.ok()) return std::unexpected(failure_of(status, "keys cannot be written"));
  return {};
}

std::expected<void, Failure> KeyDatabase::erase(std::span<const std::string> names) {
  if (names.empty()) return {};
  rocksdb::WriteBatch batch;
  for (const std::string& name : names) {
    const auto added = batch.Delete(slice(name));
    if (!added.ok()) return std::unexpected(failure_of(added, "keys cannot be erased"));
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  rocksdb::Status status = database_->Write(synced, &batch);
  // A deletion only hides: the flush ends the WAL that has the record, the compaction writes the files without it.
  if (status.ok()) status = database_->Flush(rocksdb::FlushOptions{});
  const auto [first, last] = std::ranges::minmax(names);
  const rocksdb::Slice begin = slice(first);
  const rocksdb::Slice end = slice(last);
  rocksdb::CompactRangeOptions whole;
  whole.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  if (status.ok()) status = database_->CompactRange(whole, &begin, &end);
  if (!status.ok()) return std::unexpected(failure_of(status, "keys cannot be erased"));
  return {};
}

std::expected<std::vector<KeyRecord>, Failure> KeyDatabase::all(std::string_view prefix) const {
  std::vector<KeyRecord> out;
  const std::unique_ptr<rocksdb::Iterator> at{database_->NewIterator(rocksdb::ReadOptions{})};
  for (at->Seek(slice(prefix)); at->Valid() && at->key().starts_with(slice(prefix)); at->Next()) {
    out.emplace_back(at->key().ToString(), at->value().ToString());
  }
  if (!at->status().ok()) return std::unexpected(failure_of(at->status(), "keys cannot be read"));
  return out;
}

std::expected<void, Failure> KeyDatabase::catch_up() {
  if (!secondary_) return {};
  const auto status = database_->TryCatchUpWithPrimary();
  if (!status.ok()) return std::unexpected(failure_of(status, "the key database cannot be followed"));
  return {};
}

}  // namespace tweestap::eventstore
