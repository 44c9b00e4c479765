#pragma once
// Opening a data folder for writing: two steps, so that a store that lost acknowledged events is refused untouched.
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include "domain/ids.h"
#include "eventstore/inline_view.h"
#include "eventstore/reader.h"
#include "platform/crypto/random.h"
#include "platform/failure.h"
#include "platform/files.h"

namespace tweestap::eventstore {

struct OpenSettings {
  std::filesystem::path data;  ///< the data folder; the log lies in `log/`, the ring file in `head`
  bool create = false;         ///< make a new store where the folder is absent or empty (`serve`)
  std::uint64_t reserve_bytes = std::uint64_t{512} << 20;  ///< storage.reserve: below it, opening refuses
  std::uint64_t wal_bytes = std::uint64_t{128} << 20;      ///< storage.wal: max_total_wal_size
  std::uint64_t cache_bytes = std::uint64_t{64} << 20;     ///< storage.cache: RocksDB's block cache
};

/// A store that this process, and no other, may write. The folder stays locked until this and the Partition made of it
/// are gone. Thread rule: one thread, until it is given to a Partition.
class OpenedStore {
 public:
  ~OpenedStore();
  OpenedStore(OpenedStore&&) noexcept;

  [[nodiscard]] const Reader& reader() const { return *reader_; }
  [[nodiscard]] bool created() const { return created_; }
  /// Bytes of a torn, never acknowledged write at the log's end that opening dropped (for `service.started`).
  [[nodiscard]] std::uint64_t dropped_bytes() const { return dropped_bytes_; }

 private:
  friend class StoreOpening;
  friend class PartitionOpening;
  OpenedStore() = default;

  platform::FileHandle folder_lock_;
  std::shared_ptr<Storage> storage_;
  std::shared_ptr<HeadWatch> head_;
  std::unique_ptr<Reader> reader_;
  OpenSettings settings_;
  bool created_ = false;
  std::uint64_t dropped_bytes_ = 0;
};

/// Every failure has a sentence for the operator and means exit status 3; nothing was changed. Unavailable: in use by
/// another process, or too little space. Invalid: not there, not ours, another format. Damaged: acknowledged events are
/// missing or differ (the positions are named), or bytes do not read back.
[[nodiscard]] std::expected<OpenedStore, platform::Failure> open_store(const OpenSettings& settings,
                                                                       platform::RandomSource& random);

/// Only the lock of a data folder, for commands that write beside the log: Unavailable where a service holds it.
[[nodiscard]] std::expected<platform::FileHandle, platform::Failure> lock_data_folder(
    const std::filesystem::path& data);

}  // namespace tweestap::eventstore
