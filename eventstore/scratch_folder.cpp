#include "eventstore/scratch_folder.h"

#include <stdlib.h>

#include <string>
#include <system_error>
#include <utility>

namespace tweestap::eventstore {

std::expected<ScratchFolder, platform::Failure> ScratchFolder::make() {
  std::error_code error;
  std::string name = (std::filesystem::temp_directory_path(error) / "tweestap-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return std::unexpected(
        platform::Failure{platform::Failure::Kind::Unavailable, "no temporary folder could be made in " + name});
  }
  return ScratchFolder{std::move(name)};
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;  // what stays lies in the system's temporary folder
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

}  // namespace tweestap::eventstore
