#pragma once
// A disk under RocksDB that fails when told to, and that can lose what was never synced.
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>

namespace tweestap::tests {

/// What is left behind the last synced byte after a power cut.
enum class UnsyncedTail { Lost, CutSomewhere, Garbage, Zeros };

/// Thread rule: any thread, as RocksDB uses it; power_cut() when no database is open on it.
class FaultyDisk final : public rocksdb::FileSystemWrapper {
 public:
  FaultyDisk();
  ~FaultyDisk() override;
  [[nodiscard]] const char* Name() const override { return "FaultyDisk"; }

  /// To open a database on.
  [[nodiscard]] rocksdb::Env* env() const { return env_.get(); }

  /// From now on every write (or only every sync) fails as with EIO.
  void fail_writes() { writes_fail_ = true; }
  void fail_syncs() { syncs_fail_ = true; }
  /// The power goes: nothing reaches the disk any more.
  void stop_the_world() { fail_writes(), fail_syncs(); }
  /// After stop_the_world() and closing: removes what was not synced, names of files included.
  void drop_unsynced(UnsyncedTail tail, std::mt19937_64& random);
  void heal() { writes_fail_ = syncs_fail_ = false; }
  [[nodiscard]] std::uint64_t syncs() const { return syncs_; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus NewDirectory(const std::string& name, const rocksdb::IOOptions& options,
                                 std::unique_ptr<rocksdb::FSDirectory>* folder,
                                 rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;
  rocksdb::IOStatus RenameFile(const std::string& from, const std::string& to, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override;

 private:
  class File;
  class Folder;
  struct Written {
    std::uint64_t synced = 0;
    bool name_synced = false;
  };
  std::unique_ptr<rocksdb::Env> env_;
  std::atomic<bool> writes_fail_{false};
  std::atomic<bool> syncs_fail_{false};
  std::atomic<std::uint64_t> syncs_{0};
  std::mutex mutex_;
  std::map<std::string, Written> files_;
};

}  // namespace tweestap::tests
