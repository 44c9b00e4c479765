#pragma once
// Disk full is a watermark, not an error path (DUR-4). Only for eventstore/ and its tests.
#include <atomic>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>

#include "platform/failure.h"

namespace tweestap::eventstore {

/// As an operator reads it, rounded down: "512 MiB".
[[nodiscard]] std::string mebibytes(std::uint64_t bytes);

/// Below `reserve` free bytes commands are refused; above twice that they are accepted again, so that a disk at its
/// edge does not flicker. Thread rule: any thread.
class DiskWatermark {
 public:
  using FreeBytes = std::function<std::expected<std::uint64_t, platform::Failure>()>;
  DiskWatermark(std::uint64_t reserve_bytes, FreeBytes free_bytes);

  /// Asks the file system at most once a second; Unavailable with the figure where space is short or unknown.
  [[nodiscard]] std::expected<void, platform::Failure> check(std::int64_t now_monotonic_us);
  /// What was written since counts against what is asked: a sixteenth of the reserve and the file system is asked
  /// again.
  void wrote(std::uint64_t bytes) { written_.fetch_add(bytes, std::memory_order_relaxed); }

 private:
  void look();

  const std::uint64_t reserve_bytes_;
  const FreeBytes free_bytes_;
  std::atomic<std::int64_t> next_look_us_{0};
  std::atomic<std::uint64_t> written_{0};
  std::atomic<bool> low_{false};
  std::atomic<std::uint64_t> last_free_{0};
};

}  // namespace tweestap::eventstore
