#include "platform/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace tweestap::platform {
namespace {

Failure unavailable_path(std::string_view doing, const std::filesystem::path& path, int error) {
  return unavailable(std::string(doing) + " " + path.string(), {error, std::generic_category()});
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

// Reads until `room` is full or the file ends; the number of bytes read, or errno.
std::expected<std::size_t, int> read_fully(int descriptor, std::span<std::uint8_t> room) {
  std::size_t done = 0;
  while (done < room.size()) {
    const ssize_t read = ::read(descriptor, room.data() + done, room.size() - done);
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return std::unexpected(errno);
    if (read == 0) break;
    done += static_cast<std::size_t>(read);
  }
  return done;
}

bool write_fully(int descriptor, Bytes content) {
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content = content.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

FileHandle::FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  if (this != &other) {
    if (valid()) ::close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

FileHandle::~FileHandle() {
  if (valid()) ::close(descriptor_);
}

std::expected<Secret, Failure> read_secret_file(const std::filesystem::path& path, std::size_t bytes_max, bool trim) {
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::unexpected(unavailable_path("cannot open", path, errno));
  Secret content(bytes_max + 1);  // one more shows that the file is longer
  const auto read = read_fully(file.get(), content.writable());
  if (!read) return std::unexpected(unavailable_path("cannot read", path, read.error()));
  if (*read > bytes_max) {
    return std::unexpected(
        Failure{Failure::Kind::Invalid, path.string() + " is longer than " + std::to_string(bytes_max) + " bytes"});
  }
  content.shorten(*read);
  while (trim && content.reveal_text().ends_with('\n')) content.shorten(content.size() - 1);
  while (trim && content.reveal_text().ends_with('\r')) content.shorten(content.size() - 1);
  return content;
}

std::expected<std::string, Failure> read_small_file(const std::filesystem::path& path, std::size_t bytes_max) {
  auto content = read_secret_file(path, bytes_max, false);
  if (!content) return std::unexpected(std::move(content.error()));
  return std::string(content->reveal_text());
}

std::expected<void, Failure> write_file_atomically(const std::filesystem::path& path, Bytes content, WriteMode mode) {
  std::string beside = path.string() + ".XXXXXX";
  {
    const FileHandle file(::mkostemp(beside.data(), O_CLOEXEC));  // mode 0600
    if (!file.valid()) return std::unexpected(unavailable_path("cannot create a file beside", path, errno));
    if (!write_fully(file.get(), content) || ::fsync(file.get()) != 0) {
      const int error = errno;
      ::unlink(beside.c_str());
      return std::unexpected(unavailable_path("cannot write", path, error));
    }
  }
  // A link refuses to replace a file that is there, which rename would.
  const bool placed = mode == WriteMode::Replace ? ::rename(beside.c_str(), path.c_str()) == 0
                                                 : ::link(beside.c_str(), path.c_str()) == 0;
  const int error = errno;
  if (!placed || mode == WriteMode::CreateNew) ::unlink(beside.c_str());
  if (!placed && error == EEXIST) {
    return std::unexpected(Failure{Failure::Kind::Invalid, path.string() + " is there already"});
  }
  if (!placed) return std::unexpected(unavailable_path("cannot write", path, error));
  return sync_folder(folder_of(path));
}

bool is_same_place(const std::filesystem::path& one, const std::filesystem::path& other) {
  std::error_code unreadable;  // then what was written is compared
  const auto full = [&unreadable](const std::filesystem::path& path) {
    // With a slash at the end, or `data` and `data/` would differ.
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, unreadable) / "", unreadable);
  };
  return one == other || (!one.empty() && !other.empty() && full(one) == full(other));
}

std::expected<void, Failure> create_private_folder(const std::filesystem::path& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) == 0) {
    if (S_ISDIR(found.st_mode)) return {};
    return std::unexpected(Failure{Failure::Kind::Invalid, path.string() + " is not a folder"});
  }
  const std::filesystem::path above = folder_of(path);
  if (above != path) {
    if (auto created = create_private_folder(above); !created) return created;
  }
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return std::unexpected(unavailable_path("cannot create the folder", path, errno));
  }
  return sync_folder(above);
}

std::expected<void, Failure> sync_folder(const std::filesystem::path& path) {
  const FileHandle folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid()) return std::unexpected(unavailable_path("cannot open the folder", path, errno));
  if (::fsync(folder.get()) != 0) return std::unexpected(unavailable_path("cannot sync the folder", path, errno));
  return {};
}

std::expected<std::uint64_t, Failure> free_bytes(const std::filesystem::path& path) {
  struct statvfs figures{};
  if (::statvfs(path.c_str(), &figures) != 0) {
    return std::unexpected(unavailable_path("cannot ask for the free space of", path, errno));
  }
  return static_cast<std::uint64_t>(figures.f_bavail) * figures.f_frsize;
}

}  // namespace tweestap::platform
