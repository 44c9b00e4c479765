#pragma once
// A new, empty store. Only for eventstore/.
#include <expected>

#include "eventstore/storage.h"
#include "platform/crypto/random.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// Where things lie in a data folder.
[[nodiscard]] inline std::filesystem::path log_folder(const std::filesystem::path& data) { return data / "log"; }
[[nodiscard]] inline std::filesystem::path ring_file(const std::filesystem::path& data) { return data / "head"; }

/// Makes `log/` (under another name first, so that it is there whole or not at all) and the ring file. Invalid where
/// the folder holds something that is not of a Tweestap data folder.
[[nodiscard]] std::expected<void, platform::Failure> create_store(const std::filesystem::path& data,
                                                                  StorageSettings settings,
                                                                  platform::RandomSource& random);

}  // namespace tweestap::eventstore
