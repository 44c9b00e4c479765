#pragma once
// RocksDB's manifest after a power cut. A torn record at its end was never acted on by RocksDB, so nothing is lost with
// it; yet RocksDB refuses it, other than a torn write-ahead log. Only for eventstore/ and its tests.
#include <rocksdb/options.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>

#include "platform/failure.h"

namespace tweestap::eventstore {

/// Opens the database in that folder read-only and judges it.
using Look = std::function<std::expected<void, platform::Failure>(const std::filesystem::path& folder)>;

/// Looks at a database. Where that finds damage and the manifest ends in something that holds no record, looks again at
/// what it is without that (beside it, in a folder of links), and cuts the end off if all is in order then. Returns the
/// bytes cut off, mostly 0; otherwise what was found, and nothing was changed.
/// A look has to call check_wal_follows(), without which a manifest that lost more than its last record would pass.
[[nodiscard]] std::expected<std::uint64_t, platform::Failure> look_past_torn_manifest(
    const std::filesystem::path& folder, const Look& look);

/// Damaged where the write-ahead logs do not go on where the manifest's table files end. RocksDB deletes a log when the
/// manifest names the table files that took its writes; a manifest that forgot them (damaged, cut, or put back from a
/// copy) leaves a hole that RocksDB opens without a word. Changes nothing.
[[nodiscard]] std::expected<void, platform::Failure> check_wal_follows(const rocksdb::DBOptions& options,
                                                                       const std::filesystem::path& folder);

}  // namespace tweestap::eventstore
