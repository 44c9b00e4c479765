#include "consumers/kafka/partition_of.h"

#include "platform/bug.h"

namespace tweestap::consumers::kafka {
namespace {

constexpr std::uint32_t kSeed = 0x9747b28c;  // the Java client's
constexpr std::uint32_t kMultiplier = 0x5bd1e995;
constexpr int kShift = 24;

std::uint32_t byte_at(std::string_view key, std::size_t at) {
  return static_cast<std::uint8_t>(key[at]);  // Java's bytes are signed, and it masks them to the same
}

}  // namespace

std::uint32_t murmur2(std::string_view key) noexcept {
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  std::size_t at = 0;
  for (; key.size() - at >= 4; at += 4) {
    std::uint32_t word =
        byte_at(key, at) | byte_at(key, at + 1) << 8 | byte_at(key, at + 2) << 16 | byte_at(key, at + 3) << 24;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash = hash * kMultiplier ^ word;
  }
  if (at < key.size()) {
    for (std::size_t last = key.size(); last-- > at;) hash ^= byte_at(key, last) << 8 * (last - at);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13;
  hash *= kMultiplier;
  hash ^= hash >> 15;
  return hash;
}

std::int32_t partition_of(std::string_view key, std::int32_t count) noexcept {
  if (count < 1) platform::bug("a topic without partitions was asked for one");
  constexpr std::uint32_t kPositive = 0x7fff'ffff;  // the Java client's toPositive()
  return static_cast<std::int32_t>((murmur2(key) & kPositive) % static_cast<std::uint32_t>(count));
}

}  // namespace tweestap::consumers::kafka
