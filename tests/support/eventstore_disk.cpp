#include "tests/support/eventstore_disk.h"

#include <fstream>
#include <vector>

namespace tweestap::tests {
namespace {

using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

IOStatus broken() { return IOStatus::IOError("injected", "Input/output error"); }

// The system's file system under the name of an Env of its own, which must not own itself.
std::shared_ptr<rocksdb::FileSystem> unowned(rocksdb::FileSystem* disk) {
  return {disk, [](rocksdb::FileSystem*) {}};
}

}  // namespace

class FaultyDisk::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile>&& target, FaultyDisk& disk, std::string name)
      : FSWritableFileOwnerWrapper(std::move(target)), disk_(disk), name_(std::move(name)) {}

  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, IODebugContext* debug) override {
    if (disk_.writes_fail_) return broken();
    return FSWritableFileOwnerWrapper::Append(data, options, debug);
  }
  IOStatus Append(const rocksdb::Slice& data, const IOOptions& options, const rocksdb::DataVerificationInfo& info,
                  IODebugContext* debug) override {
    if (disk_.writes_fail_) return broken();
    return FSWritableFileOwnerWrapper::Append(data, options, info, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Sync(options, debug); }, options, debug);
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return synced([&] { return FSWritableFileOwnerWrapper::Fsync(options, debug); }, options, debug);
  }
  IOStatus RangeSync(std::uint64_t, std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();  // promises nothing, so it does nothing
  }

 private:
  template <class Call>
  IOStatus synced(Call call, const IOOptions& options, IODebugContext* debug) {
    ++disk_.syncs_;
    if (disk_.syncs_fail_) return broken();
    const std::uint64_t size = FSWritableFileOwnerWrapper::GetFileSize(options, debug);
    const IOStatus status = call();
    const std::scoped_lock lock{disk_.mutex_};
    if (status.ok()) disk_.files_[name_].synced = size;
    return status;
  }
  FaultyDisk& disk_;
  std::string name_;
};

class FaultyDisk::Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(std::unique_ptr<rocksdb::FSDirectory>&& target, FaultyDisk& disk, std::string name)
      : FSDirectoryWrapper(std::move(target)), disk_(disk), name_(std::move(name)) {}
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    if (disk_.syncs_fail_) return broken();
    note();
    return FSDirectoryWrapper::Fsync(options, debug);
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& what) override {
    if (disk_.syncs_fail_) return broken();
    note();
    return FSDirectoryWrapper::FsyncWithDirOptions(options, debug, what);
  }

 private:
  void note() {
    const std::scoped_lock lock{disk_.mutex_};
    for (auto& [file, written] : disk_.files_) {
      if (std::filesystem::path{file}.parent_path() == std::filesystem::path{name_}) written.name_synced = true;
    }
  }
  FaultyDisk& disk_;
  std::string name_;
};

FaultyDisk::FaultyDisk()
    : FileSystemWrapper(rocksdb::FileSystem::Default()), env_(rocksdb::NewCompositeEnv(unowned(this))) {}
FaultyDisk::~FaultyDisk() = default;

IOStatus FaultyDisk::NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                     std::unique_ptr<rocksdb::FSWritableFile>* file, IODebugContext* debug) {
  if (writes_fail_) return broken();
  std::unique_ptr<rocksdb::FSWritableFile> real;
  const IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &real, debug);
  if (!status.ok()) return status;
  {
    const std::scoped_lock lock{mutex_};
    files_[name] = Written{};
  }
  *file = std::make_unique<File>(std::move(real), *this, name);
  return status;
}

IOStatus FaultyDisk::NewDirectory(const std::string& name, const IOOptions& options,
                                  std::unique_ptr<rocksdb::FSDirectory>* folder, IODebugContext* debug) {
  std::unique_ptr<rocksdb::FSDirectory> real;
  const IOStatus status = FileSystemWrapper::NewDirectory(name, options, &real, debug);
  if (status.ok()) *folder = std::make_unique<Folder>(std::move(real), *this, name);
  return status;
}

IOStatus FaultyDisk::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) {
  const IOStatus status = FileSystemWrapper::DeleteFile(name, options, debug);
  const std::scoped_lock lock{mutex_};
  files_.erase(name);
  return status;
}

IOStatus FaultyDisk::RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                                IODebugContext* debug) {
  if (writes_fail_) return broken();
  const IOStatus status = FileSystemWrapper::RenameFile(from, to, options, debug);
  const std::scoped_lock lock{mutex_};
  if (const auto at = files_.find(from); status.ok() && at != files_.end()) {
    files_[to] = at->second;
    files_.erase(at);
  }
  return status;
}

void FaultyDisk::drop_unsynced(UnsyncedTail tail, std::mt19937_64& random) {
  const std::scoped_lock lock{mutex_};
  for (const auto& [name, written] : files_) {
    if (!std::filesystem::exists(name)) continue;
    if (!written.name_synced) {
      std::filesystem::remove(name);
      continue;
    }
    const std::uint64_t size = std::filesystem::file_size(name);
    if (size <= written.synced) continue;
    const std::uint64_t kept = written.synced + random() % (size - written.synced + 1);
    switch (tail) {
      case UnsyncedTail::Lost:
        std::filesystem::resize_file(name, written.synced);
        break;
      case UnsyncedTail::CutSomewhere:
        std::filesystem::resize_file(name, kept);
        break;
      case UnsyncedTail::Garbage:
      case UnsyncedTail::Zeros: {
        std::filesystem::resize_file(name, kept);
        std::ofstream file{name, std::ios::binary | std::ios::in | std::ios::out};
        file.seekp(static_cast<std::streamoff>(kept));
        for (std::uint64_t at = kept; at < size; ++at) {
          file.put(tail == UnsyncedTail::Zeros ? '\0' : static_cast<char>(random()));
        }
        break;
      }
    }
  }
  files_.clear();
}

}  // namespace tweestap::tests
