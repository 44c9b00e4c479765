#pragma once

#include <chrono>
#include <expected>
#include <optional>

#include "platform/failure.h"
#include "platform/files.h"

namespace tweestap::platform {

/// Keeps secrets out of core dumps and away from other processes of the same user (KEY-3): PR_SET_DUMPABLE off,
/// RLIMIT_CORE 0. Once, at the beginning of `main`.
[[nodiscard]] std::expected<void, Failure> forbid_core_dumps();

/// Raises the soft limit of open files to the hard one: a thousand connections and the store's files are more than the
/// usual 1,024, and a store that cannot open a file has to end the process. Once, at the beginning of `main`.
[[nodiscard]] std::expected<void, Failure> allow_many_open_files();

/// SIGTERM and SIGINT as something to wait for. Create it before any other thread starts: they inherit the blocked
/// signals. SIGPIPE is ignored as well, since a peer that hangs up is no reason to end. Thread rule: `wait` from one
/// thread at a time, `interrupt` from any.
class StopSignal {
 public:
  [[nodiscard]] static std::expected<StopSignal, Failure> create();

  /// The signal's number as soon as one arrives, 0 after `interrupt`, or nothing when the time is over.
  [[nodiscard]] std::optional<int> wait(std::optional<std::chrono::milliseconds> patience = std::nullopt);
  /// Wakes `wait` from inside, when the service ends by itself.
  void interrupt() noexcept;
  /// For poll(): readable when a signal is there.
  [[nodiscard]] int descriptor() const noexcept { return signals_.get(); }

 private:
  StopSignal(FileHandle signals, FileHandle wake) : signals_(std::move(signals)), wake_(std::move(wake)) {}
  FileHandle signals_;
  FileHandle wake_;
};

}  // namespace tweestap::platform
