#include "eventstore/wal_tail.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

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

std::uint32_t unmask(std::uint32_t masked) {
  const std::uint32_t rotated = masked - 0xa282ead8U;
  return rotated >> 17 | rotated << 15;
}

std::uint32_t little(std::string_view bytes, std::size_t size) {
  std::uint32_t value = 0;
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
  return crc == unmask(little(rest, 4)) ? size : 0;
}

// The newest file that is not empty.
std::filesystem::path newest_log(const std::filesystem::path& database) {
  std::filesystem::path newest;
  std::uint64_t newest_number = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at{database, error}, end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".log" || at->file_size(error) == 0 || error) continue;
    const std::string name = at->path().stem().string();
    std::uint64_t number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec != std::errc{}) continue;
    if (number > newest_number) {
      newest_number = number;
      newest = at->path();
    }
  }
  return newest;
}

}  // namespace

std::uint64_t torn_bytes(const std::filesystem::path& database) {
  const std::filesystem::path path = newest_log(database);
  if (path.empty()) return 0;
  std::ifstream file{path, std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  std::size_t at = 0;
  std::size_t whole = 0;
  while (at < bytes.size()) {
    const std::size_t left = kBlock - at % kBlock;
    if (left < kHeader) {  // zeros that fill a block
      at += left;
      continue;
    }
    const std::size_t size = record_size(std::string_view{bytes}.substr(at, left));
    if (size == 0) break;
    const auto type = static_cast<std::uint8_t>(bytes[at + 6]);
    at += size;
    if (type == kFull || type == kLast) whole = at;
  }
  return bytes.size() - std::min(bytes.size(), whole);
}

}  // namespace tweestap::eventstore
