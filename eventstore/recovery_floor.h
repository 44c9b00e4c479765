#pragma once
// The head outside the database: a ring file that knows which events were acknowledged, whatever RocksDB recovers.
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "platform/crypto/hash.h"
#include "platform/failure.h"
#include "platform/files.h"

namespace tweestap::eventstore {

/// How far the log had come: its size and RFC 6962 root. Less than this at start means that acknowledged events are
/// lost.
struct Floor {
  std::uint64_t position = 0;  // 0: nothing was acknowledged yet
  platform::Digest root{};
  friend bool operator==(const Floor&, const Floor&) = default;
};

/// 64 slots: a write never touches the last good ones, and a torn or flipped slot costs at most one batch of news.
inline constexpr std::size_t kFloorSlots = 64;
inline constexpr std::size_t kFloorSlotBytes = 64;

/// What a ring file says.
struct FloorReading {
  Floor highest;
  std::size_t damaged_slots = 0;  // ignored; the caller reports them
  std::size_t next_slot = 0;      // after the highest
};

/// Reads the ring without changing it. Nothing where the file is missing or empty; Damaged where it is not empty and no
/// slot is whole, or where it is longer than a ring.
[[nodiscard]] std::expected<std::optional<FloorReading>, platform::Failure> read_floor(
    const std::filesystem::path& path);

/// The ring file, open for writing. A thread of its own syncs it once a second (so after a power cut it
/// may be a second old). Thread rule: raise() from one thread at a time.
class RecoveryFloor {
 public:
  using OnFailure = std::function<void(const platform::Failure&)>;

  /// Makes a ring that says `floor`, whole and synced, in place of none. Invalid where one is there.
  [[nodiscard]] static std::expected<void, platform::Failure> create(const std::filesystem::path& path,
                                                                     const Floor& floor);

  /// Opens a ring that read_floor() found good. `on_failure` is called at most once, on the syncing thread or in the
  /// destructor, when a sync fails; the process has to end then, for a sync is never tried again (DUR-3).
  [[nodiscard]] static std::expected<std::unique_ptr<RecoveryFloor>, platform::Failure> open(
      const std::filesystem::path& path, OnFailure on_failure);

  /// Syncs what was written, unless a sync has failed.
  ~RecoveryFloor();
  RecoveryFloor(const RecoveryFloor&) = delete;
  RecoveryFloor& operator=(const RecoveryFloor&) = delete;

  /// Writes the next slot: after the batch's sync, before its answers. The write survives kill -9. A lower position
  /// than the last one is a bug. Unavailable where the write fails or a sync has failed: no success answer after that.
  [[nodiscard]] std::expected<void, platform::Failure> raise(const Floor& floor);

 private:
  RecoveryFloor(platform::FileHandle file, const FloorReading& reading, OnFailure on_failure);
  void sync_every_second(const std::stop_token& stop);
  bool sync_now();

  platform::FileHandle file_;
  std::size_t next_slot_;
  std::uint64_t highest_;
  OnFailure on_failure_;
  std::atomic<bool> dirty_{false};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread syncer_;  // last: it uses all of the above
};

}  // namespace tweestap::eventstore
