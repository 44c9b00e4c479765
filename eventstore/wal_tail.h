#pragma once
// What a crash left of a write that nobody was told about. Only for eventstore/ and its tests.
#include <cstdint>
#include <filesystem>

namespace tweestap::eventstore {

/// Bytes behind the last whole record of the newest write-ahead log that is not empty, in a RocksDB folder. For the
/// operator's information: recovery decides by itself what it reads. 0 where there is none, or it cannot be read.
[[nodiscard]] std::uint64_t torn_bytes(const std::filesystem::path& database);

}  // namespace tweestap::eventstore
