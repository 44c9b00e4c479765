#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "platform/bytes.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"

namespace tweestap::platform {

/// A file descriptor that closes itself.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) noexcept : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept;
  FileHandle& operator=(FileHandle&& other) noexcept;
  ~FileHandle();
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  [[nodiscard]] bool valid() const noexcept { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

/// The whole file. Unavailable where it cannot be read, Invalid where it is longer than `bytes_max`.
[[nodiscard]] std::expected<std::string, Failure> read_small_file(const std::filesystem::path& path,
                                                                  std::size_t bytes_max);

/// The same for a file that holds a secret; trailing line ends are dropped where `trim` is set.
[[nodiscard]] std::expected<Secret, Failure> read_secret_file(const std::filesystem::path& path, std::size_t bytes_max,
                                                              bool trim);

enum class WriteMode {
  Replace,    ///< whoever reads sees the old or the new file whole, also after a crash
  CreateNew,  ///< a file that is there is left alone: Invalid
};

/// Writes a file of mode 0600: beside it, synced, renamed (or linked) into place, folder synced.
[[nodiscard]] std::expected<void, Failure> write_file_atomically(const std::filesystem::path& path, Bytes content,
                                                                 WriteMode mode = WriteMode::Replace);

/// Whether both paths mean the same place, also where nothing is there yet; a relative one counts from the process's
/// folder.
[[nodiscard]] bool is_same_place(const std::filesystem::path& one, const std::filesystem::path& other);

/// Creates a folder, and those above it, with mode 0700 and syncs the folder above. One that is there is left as it is.
[[nodiscard]] std::expected<void, Failure> create_private_folder(const std::filesystem::path& path);

/// Syncs a folder, so that names created or removed in it survive a power cut.
[[nodiscard]] std::expected<void, Failure> sync_folder(const std::filesystem::path& path);

/// Bytes that this process may still write to the file system that holds `path`.
[[nodiscard]] std::expected<std::uint64_t, Failure> free_bytes(const std::filesystem::path& path);

}  // namespace tweestap::platform
