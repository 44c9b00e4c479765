#pragma once
// What lies in another process's memory.
#include <sys/types.h>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace tweestap::tests {

/// A text to look for. The report names it; the text itself stays out of it.
struct Planted {
  std::string name;
  std::string text;
  /// Where true, a place counts only with no letter, digit or point beside it: six digits occur in times and numbers.
  bool alone = false;
};

struct FoundInMemory {
  std::string name;     ///< of what was planted
  std::string mapping;  ///< `[heap]`, `[stack]`, a file, or empty
  std::string around;   ///< up to 48 bytes on each side, what is planted left out
};

/// Looks through every readable mapping of /proc/PID/mem. The error is errno of opening it: EACCES where the process
/// cannot be dumped and we are not root.
[[nodiscard]] std::expected<std::vector<FoundInMemory>, int> search_memory(pid_t pid,
                                                                           const std::vector<Planted>& planted);

/// The most memory that a process had resident at any time (VmHWM of /proc/PID/status), in bytes; 0 where it is gone.
[[nodiscard]] std::size_t peak_resident_bytes(pid_t pid);

}  // namespace tweestap::tests
