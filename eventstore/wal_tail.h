#pragma once
// What RocksDB's log files look like from outside. Only for eventstore/ and its tests.
#include <cstdint>
#include <filesystem>
#include <optional>

namespace tweestap::eventstore {

/// Bytes behind the last whole record of the newest write-ahead log: a write that a crash cut short. Only for the
/// operator's information: recovery decides by itself what it reads. 0 where there is none, or it cannot be read.
[[nodiscard]] std::uint64_t torn_bytes(const std::filesystem::path& database);

/// The same of one file in that format; RocksDB's manifest is in it too.
[[nodiscard]] std::uint64_t torn_bytes_of(const std::filesystem::path& file);

/// Whether anywhere in the file's last `bytes` a whole record ends. A write that was cut short has none; damage to
/// older records has those that came after them.
[[nodiscard]] bool record_within(const std::filesystem::path& file, std::uint64_t bytes);

/// The sequence number of the first write in the oldest write-ahead log that holds any; nothing where none does, or
/// where its first record is not whole (then recovery ends there).
[[nodiscard]] std::optional<std::uint64_t> first_sequence(const std::filesystem::path& database);

}  // namespace tweestap::eventstore
