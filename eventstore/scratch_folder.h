#pragma once
// A folder of our own outside the data folder, gone with its object. Only for eventstore/ and its tests.
#include <expected>
#include <filesystem>

#include "platform/failure.h"

namespace tweestap::eventstore {

class ScratchFolder {
 public:
  /// In the system's folder for temporary files, mode 0700. Unavailable where none can be made.
  [[nodiscard]] static std::expected<ScratchFolder, platform::Failure> make();
  ~ScratchFolder();
  ScratchFolder(ScratchFolder&& other) noexcept;
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace tweestap::eventstore
