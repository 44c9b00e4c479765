#include "tests/support/process_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <sstream>

namespace tweestap::tests {
namespace {

struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
};

// Beyond it is a sanitizer's shadow, which holds nothing of ours and would be read for hours.
constexpr std::uint64_t kMappingBytesMax = std::uint64_t{4} << 30;

std::vector<Mapping> readable_mappings(pid_t pid) {
  std::ifstream maps{"/proc/" + std::to_string(pid) + "/maps"};
  std::vector<Mapping> found;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields{line};
    Mapping one;
    char dash = 0;
    std::string permissions, offset, device, inode;
    fields >> std::hex >> one.begin >> dash >> one.end >> permissions >> offset >> device >> inode >> one.name;
    if (one.end - one.begin > kMappingBytesMax) continue;
    if (permissions.starts_with('r')) found.push_back(std::move(one));
  }
  return found;
}

bool touches(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.'; }

std::string shown(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += std::isprint(static_cast<unsigned char>(c)) != 0 ? c : '.';
  return text;
}

void search(std::string_view bytes, const std::string& mapping, const std::vector<Planted>& planted,
            std::vector<FoundInMemory>& found) {
  constexpr std::size_t kAround = 48;
  for (const Planted& one : planted) {
    for (std::size_t at = bytes.find(one.text); at != std::string_view::npos; at = bytes.find(one.text, at + 1)) {
      const std::size_t behind = at + one.text.size();
      const bool inside = (at > 0 && touches(bytes[at - 1])) || (behind < bytes.size() && touches(bytes[behind]));
      if (one.alone && inside) continue;
      const std::size_t from = at - std::min(at, kAround);
      found.push_back({one.name, mapping,
                       shown(bytes.substr(from, at - from)) + "<" + one.name + ">" +
                           shown(bytes.substr(behind, std::min(kAround, bytes.size() - behind)))});
    }
  }
}

}  // namespace

std::expected<std::vector<FoundInMemory>, int> search_memory(pid_t pid, const std::vector<Planted>& planted) {
  const int memory = open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY);
  if (memory < 0) return std::unexpected(errno);
  std::vector<FoundInMemory> found;
  constexpr std::size_t kPiece = 4 << 20;
  constexpr std::size_t kOverlap = 4096;  // what lies over the border of two pieces is seen in the second
  std::string piece;
  for (const Mapping& mapping : readable_mappings(pid)) {
    for (std::uint64_t at = mapping.begin; at < mapping.end;) {
      piece.resize(std::min<std::uint64_t>(kPiece, mapping.end - at));
      const ssize_t got = pread(memory, piece.data(), piece.size(), static_cast<off_t>(at));
      if (got <= 0) break;  // [vvar] and its like, or gone meanwhile
      search({piece.data(), static_cast<std::size_t>(got)}, mapping.name, planted, found);
      if (static_cast<std::size_t>(got) <= kOverlap || at + static_cast<std::uint64_t>(got) >= mapping.end) {
        at += static_cast<std::uint64_t>(got);
      } else {
        at += static_cast<std::uint64_t>(got) - kOverlap;
      }
    }
  }
  close(memory);
  return found;
}

std::size_t peak_resident_bytes(pid_t pid) {
  constexpr std::string_view kName = "VmHWM:";
  std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(kName)) return std::stoul(line.substr(kName.size())) * 1024;  // always in kB (proc(5))
  }
  return 0;
}

}  // namespace tweestap::tests
