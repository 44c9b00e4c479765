#include "eventstore/wal_tail.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "eventstore/crc32c.h"
#include "platform/bytes.h"

namespace tweestap::eventstore {
namespace {

// RocksDB's log format (its wiki, "Write Ahead Log File Format"): blocks of 32 KiB; records of a masked CRC-32C over
// type and payload, a length and a type, little-endian; a record does not cross a block.
constexpr std::size_t kBlock = 32 * 1024;
constexpr std::size_t kHeader = 7;
constexpr std::uint8_t kFull = 1;
constexpr std::uint8_t kLast = 4;
// A write's record begins with its sequence number (rocksdb's db/write_batch.cc).
constexpr std::size_t kSequence = 8;

std::uint32_t unmask(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xa282ead8U;
  return rotated >> 17 | rotated << 15;
}

std::uint64_t little(std::string_view bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

// The size of a whole record at the front, or 0.
std::size_t record_size(std::string_view rest) {
  if (rest.size() < kHeader) return 0;
  const std::size_t size = kHeader + little(rest.substr(4), 2);
  const auto type = static_cast<std::uint8_t>(rest[6]);
  if (type < kFull || type > kLast || size > rest.size()) return 0;
  const std::uint32_t crc = crc32c(platform::bytes_of(rest.substr(6, size - 6)));
  return crc == unmask(static_cast<std::uint32_t>(little(rest, 4))) ? size : 0;
}

// Up to a block; shorter at the file's end.
std::string_view read_block(std::ifstream& file, std::array<char, kBlock>& room) {
  file.read(room.data(), static_cast<std::streamsize>(room.size()));
  return {room.data(), static_cast<std::size_t>(file.gcount())};
}

// The write-ahead logs that hold anything, oldest first.
std::vector<std::filesystem::path> written_logs(const std::filesystem::path& database) {
  std::vector<std::pair<std::uint64_t, std::filesystem::path>> numbered;
  std::error_code error;
  for (std::filesystem::directory_iterator at{database, error}, end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".log" || at->file_size(error) == 0 || error) continue;
    const std::string name = at->path().stem().string();
    std::uint64_t number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec != std::errc{}) continue;
    numbered.emplace_back(number, at->path());
  }
  std::ranges::sort(numbered);
  std::vector<std::filesystem::path> files;
  for (auto& [number, path] : numbered) files.push_back(std::move(path));
  return files;
}

}  // namespace

std::uint64_t torn_bytes(const std::filesystem::path& database) {
  const auto logs = written_logs(database);
  return logs.empty() ? 0 : torn_bytes_of(logs.back());
}

std::uint64_t torn_bytes_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(file, error);
  if (error) return 0;
  std::ifstream in{file, std::ios::binary};
  std::array<char, kBlock> room{};
  std::uint64_t whole = 0;
  std::uint64_t before = 0;
  for (auto block = read_block(in, room); !block.empty(); block = read_block(in, room)) {
    std::size_t at = 0;
    while (kBlock - at >= kHeader) {  // less is zeros that fill a block
      const std::size_t size = record_size(block.substr(at));
      if (size == 0) return bytes - std::min(bytes, whole);
      const auto type = static_cast<std::uint8_t>(block[at + 6]);
      at += size;
      if (type == kFull || type == kLast) whole = before + at;
    }
    before += block.size();
  }
  return bytes - std::min(bytes, whole);
}

bool record_within(const std::filesystem::path& file, std::uint64_t bytes) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  if (error) return false;
  std::ifstream in{file, std::ios::binary};
  std::array<char, kBlock> room{};
  std::uint64_t before = 0;
  for (auto block = read_block(in, room); !block.empty(); block = read_block(in, room)) {
    for (std::size_t at = 0; at + kHeader <= block.size(); ++at) {
      const auto type = static_cast<std::uint8_t>(block[at + 6]);
      const bool ends_one = type == kFull || type == kLast;
      if (ends_one && before + at + bytes >= size && record_size(block.substr(at)) != 0) return true;
    }
    before += block.size();
  }
  return false;
}

std::optional<std::uint64_t> first_sequence(const std::filesystem::path& database) {
  const auto logs = written_logs(database);
  if (logs.empty()) return std::nullopt;
  std::ifstream in{logs.front(), std::ios::binary};
  std::array<char, kBlock> room{};
  const std::string_view block = read_block(in, room);
  if (record_size(block) < kHeader + kSequence) return std::nullopt;
  return little(block.substr(kHeader), kSequence);
}

}  // namespace tweestap::eventstore
