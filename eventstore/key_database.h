#pragma once
// The RocksDB database that holds wrapped keys: a few calls, each of which is durable when it returns. Only for
// eventstore/.
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/failure.h"

namespace rocksdb {
class DB;
class Env;
}  // namespace rocksdb

namespace tweestap::eventstore {

using KeyRecord = std::pair<std::string, std::string>;

/// Thread rule: every method from any thread.
class KeyDatabase {
 public:
  using Opened = std::expected<std::unique_ptr<KeyDatabase>, platform::Failure>;

  /// Unavailable where another process has it, Invalid where there is none (unless `create`), Damaged where RocksDB
  /// says so, or where keys that were there are missing. A manifest that a power cut tore is mended, which whoever
  /// holds the data folder's lock may do. `env`: a disk of tests that loses what was not synced.
  [[nodiscard]] static Opened open(const std::filesystem::path& folder, bool create, rocksdb::Env* env = nullptr);
  [[nodiscard]] static Opened open_read_only(const std::filesystem::path& folder);
  [[nodiscard]] static Opened open_secondary(const std::filesystem::path& folder, const std::filesystem::path& scratch);
  ~KeyDatabase();

  [[nodiscard]] std::expected<std::optional<std::string>, platform::Failure> get(std::string_view name) const;
  /// All records in one synced write.
  [[nodiscard]] std::expected<void, platform::Failure> put(std::span<const KeyRecord> records);
  /// Erases these records in one synced write, and what files still had of them.
  [[nodiscard]] std::expected<void, platform::Failure> erase(std::span<const std::string> names);
  /// Every record whose name begins so, in order.
  [[nodiscard]] std::expected<std::vector<KeyRecord>, platform::Failure> all(std::string_view prefix) const;
  /// Only for a secondary; elsewhere nothing happens.
  [[nodiscard]] std::expected<void, platform::Failure> catch_up();

 private:
  KeyDatabase(std::unique_ptr<rocksdb::DB> database, bool secondary);
  std::unique_ptr<rocksdb::DB> database_;
  bool secondary_;
};

}  // namespace tweestap::eventstore
