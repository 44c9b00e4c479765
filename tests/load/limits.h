#pragma once
// What this machine could do at most, measured in the run that is compared with it. Each ends the process where it
// cannot be measured.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "eventstore/log.h"
#include "http/texts.h"
#include "tests/load/keep_alive_client.h"

namespace tweestap::load {

/// What a command stored: its events after `position` with what is sealed beside them, and about as much again for the
/// account's row, the stream, tokens and the tree.
[[nodiscard]] std::size_t bytes_of_a_command(const eventstore::Log& log, std::uint64_t position, std::size_t commands);

/// The same server, listener and thread model, answering 420 bytes without deciding anything.
[[nodiscard]] LoadResult run_constant(std::size_t requests, std::size_t connections, const http::Texts& texts);

/// Synced writes a second of RocksDB, one thread a client; it groups them by itself. `folder` has to be there; the
/// store in it is a new one each time.
[[nodiscard]] double group_commits_per_second(const std::filesystem::path& folder, std::size_t writes,
                                              std::size_t clients, std::size_t bytes);

/// Items a second that one thread writes to RocksDB, `together` of them with one sync.
[[nodiscard]] double batched_items_per_second(const std::filesystem::path& folder, std::size_t items,
                                              std::size_t together, std::size_t bytes);

/// Argon2id verifications a second with today's parameters, on every core.
[[nodiscard]] double argon2_per_second(std::size_t count, const std::string& password);

}  // namespace tweestap::load
