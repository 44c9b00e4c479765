#include "eventstore/torn_manifest.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "eventstore/keys.h"
#include "eventstore/scratch_folder.h"
#include "eventstore/storage.h"
#include "eventstore/storage_options.h"
#include "eventstore/wal_tail.h"
#include "platform/files.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;
using platform::unavailable;
namespace fs = std::filesystem;

constexpr std::size_t kCurrentBytesMax = 64;  // "MANIFEST-" and a number

// The file that CURRENT names; empty where it names none.
fs::path manifest_of(const fs::path& database) {
  const auto name = platform::read_small_file(database / "CURRENT", kCurrentBytesMax);
  if (!name || !name->starts_with("MANIFEST-") || !name->ends_with('\n')) return {};
  return database / name->substr(0, name->size() - 1);
}

// Every file as a link, the manifest as a copy of its whole records.
std::expected<void, Failure> make_double(const fs::path& database, const fs::path& manifest, std::uint64_t torn,
                                         const fs::path& where) {
  std::error_code error;
  for (fs::directory_iterator at{database, error}, end; !error && at != end; at.increment(error)) {
    const fs::path to = where / at->path().filename();
    if (at->path() != manifest) {
      fs::create_symlink(fs::absolute(at->path()), to, error);
    } else if (fs::copy_file(manifest, to, error)) {
      const std::uint64_t size = fs::file_size(to, error);
      if (!error) fs::resize_file(to, size - torn, error);
    }
  }
  if (error)
    return std::unexpected(unavailable("the database cannot be looked at without its manifest's torn end", error));
  return {};
}

std::expected<void, Failure> cut(const fs::path& manifest, std::uint64_t torn) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(manifest, error);
  const platform::FileHandle file{::open(manifest.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!error && file.valid() && ::ftruncate(file.get(), static_cast<off_t>(size - torn)) == 0 &&
      ::fsync(file.get()) == 0) {
    return {};
  }
  if (!error) error.assign(errno, std::generic_category());
  return std::unexpected(unavailable("the torn end of " + manifest.string() + " cannot be cut off", error));
}

// The disk as if every write-ahead log were empty.
class WithoutLogs final : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;
  [[nodiscard]] const char* Name() const override { return "WithoutLogs"; }
  rocksdb::IOStatus NewSequentialFile(const std::string& name, const rocksdb::FileOptions& options,
                                      std::unique_ptr<rocksdb::FSSequentialFile>* file,
                                      rocksdb::IODebugContext* debug) override {
    auto status = FileSystemWrapper::NewSequentialFile(name, options, file, debug);
    if (status.ok() && name.ends_with(".log")) *file = std::make_unique<Empty>(std::move(*file));
    return status;
  }

 private:
  class Empty final : public rocksdb::FSSequentialFileOwnerWrapper {
   public:
    using FSSequentialFileOwnerWrapper::FSSequentialFileOwnerWrapper;
    rocksdb::IOStatus Read(std::size_t, const rocksdb::IOOptions&, rocksdb::Slice* result, char*,
                           rocksdb::IODebugContext*) override {
      *result = {};
      return rocksdb::IOStatus::OK();
    }
  };
};

// The last write that is in the manifest's table files.
std::expected<std::uint64_t, Failure> last_sequence(rocksdb::DBOptions options, const fs::path& folder) {
  const auto env = rocksdb::NewCompositeEnv(std::make_shared<WithoutLogs>(options.env->GetFileSystem()));
  options.env = env.get();
  options.info_log = silent_logger();
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::OpenForReadOnly(
      options, folder.string(), {{rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{}}}, &handles,
      &opened);
  if (!status.ok()) return std::unexpected(failure_of(status, "reading the manifest in " + folder.string()));
  const std::unique_ptr<rocksdb::DB> database{opened};
  const std::uint64_t last = database->GetLatestSequenceNumber();
  for (rocksdb::ColumnFamilyHandle* one : handles) {
    if (const auto closed = database->DestroyColumnFamilyHandle(one); !closed.ok()) {
      return std::unexpected(failure_of(closed, "closing the manifest"));
    }
  }
  return last;
}

}  // namespace

std::expected<std::uint64_t, Failure> look_past_torn_manifest(const fs::path& folder, const Look& look) {
  auto looked = look(folder);
  if (looked) return 0;
  Failure& found = looked.error();
  const fs::path manifest = manifest_of(folder);
  const std::uint64_t torn = manifest.empty() ? 0 : torn_bytes_of(manifest);
  if (found.kind != Failure::Kind::Damaged || torn == 0 || record_within(manifest, torn)) {
    return std::unexpected(std::move(found));
  }
  const auto without = ScratchFolder::make();
  if (!without) return std::unexpected(without.error());
  if (auto made = make_double(folder, manifest, torn, without->path()); !made) return std::unexpected(made.error());
  if (const auto again = look(without->path()); !again) {
    found.reason += "; and without the last " + std::to_string(torn) + (torn == 1 ? " byte of " : " bytes of ") +
                    manifest.filename().string() + ", which are no record: " + again.error().reason;
    return std::unexpected(std::move(found));
  }
  if (auto done = cut(manifest, torn); !done) return std::unexpected(done.error());
  return torn;
}

std::expected<void, Failure> check_wal_follows(const rocksdb::DBOptions& options, const fs::path& folder) {
  const auto first = first_sequence(folder);
  if (!first) return {};
  const auto last = last_sequence(options, folder);
  if (!last) return std::unexpected(last.error());
  if (*first <= *last + 1) return {};
  return std::unexpected(damaged("the table files end with write " + std::to_string(*last) +
                                 " and the write-ahead log begins with write " + std::to_string(*first) +
                                 ": what lies between is missing; restore from a backup"));
}

}  // namespace tweestap::eventstore
