#pragma once
// The process that is killed: it plays on a store and says on a pipe what was acknowledged.
#include <cstdint>
#include <filesystem>

namespace tweestap::tests {

/// What it says of each answered command: written whole, and read by the parent when the player is gone.
struct Acknowledged {
  std::uint64_t subject = 0;
  std::uint64_t first_position = 0;
  std::uint64_t count = 0;
  std::uint64_t number = 0;  // the command's, once acknowledged never again
};
static_assert(sizeof(Acknowledged) <= 4096, "a pipe takes it whole");

inline constexpr std::uint64_t kSubjectsPlayed = 20;

/// Opens, plays until it is killed. Never returns.
[[noreturn]] void play_until_killed(const std::filesystem::path& data, int to_parent, std::uint64_t seed);

/// The argument that makes this program a player: `--play DATA DESCRIPTOR SEED`. A program of its own and not a fork,
/// since RocksDB's threads do not come along in a fork and whoever waits for them waits for ever.
inline constexpr const char* kPlayArgument = "--play";

}  // namespace tweestap::tests
