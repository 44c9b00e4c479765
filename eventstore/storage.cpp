#include "eventstore/storage.h"

#include <rocksdb/cache.h>
#include <rocksdb/listener.h>

#include <mutex>
#include <utility>

#include "eventstore/storage_options.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

}  // namespace

Failure failure_of(const rocksdb::Status& status, std::string_view doing) {
  Failure::Kind kind = Failure::Kind::Unavailable;
  // A file that is gone is damage too: RocksDB only looks for files that its manifest names.
  if (status.IsCorruption() || status.IsPathNotFound() || status.IsNotFound()) kind = Failure::Kind::Damaged;
  if (status.IsInvalidArgument() || status.IsNotSupported()) kind = Failure::Kind::Invalid;
  return {kind, std::string{doing} + ": " + status.ToString()};
}

class Storage::Listener final : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    const std::scoped_lock lock{mutex_};
    if (hear_) hear_(failure_of(*status, "RocksDB could not write in the background"));
  }
  void set(std::function<void(const Failure&)> hear) {
    const std::scoped_lock lock{mutex_};
    hear_ = std::move(hear);
  }

 private:
  std::mutex mutex_;
  std::function<void(const Failure&)> hear_;
};

Storage::Opened Storage::create(const StorageSettings& settings) { return open_as(Mode::Create, settings, {}); }
Storage::Opened Storage::open(const StorageSettings& settings) { return open_as(Mode::Write, settings, {}); }
Storage::Opened Storage::open_read_only(const StorageSettings& settings) {
  return open_as(Mode::ReadOnly, settings, {});
}
Storage::Opened Storage::open_secondary(const StorageSettings& settings, const std::filesystem::path& scratch) {
  return open_as(Mode::Secondary, settings, scratch);
}

Storage::Opened Storage::open_as(Mode mode, const StorageSettings& settings, const std::filesystem::path& scratch) {
  rocksdb::DBOptions options = database_options(settings);
  auto listener = std::make_shared<Listener>();
  options.listeners.push_back(listener);
  if (mode == Mode::Create) {
    options.create_if_missing = options.error_if_exists = options.create_missing_column_families = true;
  }
  if (mode == Mode::ReadOnly || mode == Mode::Secondary) options.info_log = silent_logger();
  // A secondary must hold every file open: the writer deletes what it compacted.
  if (mode == Mode::Secondary) options.max_open_files = -1;

  const auto cache = rocksdb::NewLRUCache(settings.cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const Family family : kFamilies) {
    families.emplace_back(std::string{kFamilyNames[static_cast<std::size_t>(family)]}, family_options(family, cache));
  }
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{});  // RocksDB insists

  rocksdb::DB* db = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const std::string folder = settings.folder.string();
  rocksdb::Status status;
  switch (mode) {
    case Mode::Create:
    case Mode::Write:
      status = rocksdb::DB::Open(options, folder, families, &handles, &db);
      break;
    case Mode::ReadOnly:
      status = rocksdb::DB::OpenForReadOnly(options, folder, families, &handles, &db);
      break;
    case Mode::Secondary:
      status = rocksdb::DB::OpenAsSecondary(options, folder, scratch.string(), families, &handles, &db);
      break;
  }
  if (!status.ok()) return std::unexpected(failure_of(status, "the log in " + folder + " could not be opened"));
  return std::shared_ptr<Storage>(new Storage{settings, std::unique_ptr<rocksdb::DB>{db}, std::move(handles),
                                              std::move(listener), mode == Mode::Secondary});
}

Storage::Storage(const StorageSettings& settings, std::unique_ptr<rocksdb::DB> db,
                 std::vector<rocksdb::ColumnFamilyHandle*> handles, std::shared_ptr<Listener> listener, bool tails)
    : sync_(settings.sync),
      db_(std::move(db)),
      handles_(std::move(handles)),
      listener_(std::move(listener)),
      tails_(tails),
      recent_rows_(std::make_unique<RecentRows>(tails ? 0 : settings.recent_rows_bytes)) {}

Storage::~Storage() {
  listener_->set({});
  for (rocksdb::ColumnFamilyHandle* one : handles_) {
    // Only fails for a handle that is not this database's.
    if (!db_->DestroyColumnFamilyHandle(one).ok()) continue;
  }
}

std::expected<bool, Failure> Storage::get(Family family, std::string_view key, std::string& value,
                                          const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  const rocksdb::Status status = db_->Get(options, handle(family), slice(key), &value);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return std::unexpected(failure_of(status, "reading the log"));
  if (value.empty()) return std::unexpected(Failure{Failure::Kind::Damaged, "the log holds an empty value"});
  return true;
}

std::expected<std::optional<std::string>, Failure> Storage::get(Family family, std::string_view key) const {
  std::string value;
  const auto found = get(family, key, value);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::nullopt;
  return value;
}

std::unique_ptr<rocksdb::Iterator> Storage::iterate(Family family, const rocksdb::Slice* end,
                                                    const rocksdb::Snapshot* snapshot, bool fill_cache) const {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = end;
  options.snapshot = snapshot;
  options.fill_cache = fill_cache;
  return std::unique_ptr<rocksdb::Iterator>{db_->NewIterator(options, handle(family))};
}

std::expected<void, Failure> Storage::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.sync = sync_;
  if (const auto status = db_->Write(options, &batch); !status.ok()) {
    return std::unexpected(failure_of(status, "writing the log"));
  }
  return {};
}

std::expected<void, Failure> Storage::write_unsynced(rocksdb::WriteBatch& batch) {
  if (const auto status = db_->Write(rocksdb::WriteOptions{}, &batch); !status.ok()) {
    return std::unexpected(failure_of(status, "writing the log"));
  }
  return {};
}

std::expected<void, Failure> Storage::sync_wal() {
  if (const auto status = db_->SyncWAL(); !status.ok()) {
    return std::unexpected(failure_of(status, "syncing the log"));
  }
  return {};
}

std::expected<void, Failure> Storage::flush() {
  if (const auto status = db_->Flush(rocksdb::FlushOptions{}, handles_); !status.ok()) {
    return std::unexpected(failure_of(status, "flushing the log"));
  }
  return {};
}

std::expected<void, Failure> Storage::verify_checksums() const {
  if (const auto status = db_->VerifyChecksum(rocksdb::ReadOptions{}); !status.ok()) {
    return std::unexpected(failure_of(status, "checking the log's files"));
  }
  return {};
}

std::uint64_t Storage::table_bytes() const {
  std::uint64_t all = 0;
  for (rocksdb::ColumnFamilyHandle* one : handles_) {
    std::uint64_t bytes = 0;
    if (db_->GetIntProperty(one, rocksdb::DB::Properties::kLiveSstFilesSize, &bytes)) all += bytes;
  }
  return all;
}

std::expected<void, Failure> Storage::catch_up() {
  if (const auto status = db_->TryCatchUpWithPrimary(); !status.ok()) {
    return std::unexpected(failure_of(status, "reading what the service wrote since"));
  }
  return {};
}

void Storage::on_background_failure(std::function<void(const Failure&)> hear) { listener_->set(std::move(hear)); }

std::expected<std::vector<std::string>, Failure> families_in(const StorageSettings& settings) {
  std::vector<std::string> names;
  const auto status = rocksdb::DB::ListColumnFamilies(database_options(settings), settings.folder.string(), &names);
  if (!status.ok()) return std::unexpected(failure_of(status, "reading the log's manifest"));
  return names;
}

}  // namespace tweestap::eventstore
