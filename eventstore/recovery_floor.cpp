#include "eventstore/recovery_floor.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "eventstore/crc32c.h"
#include "eventstore/keys.h"
#include "platform/bug.h"
#include "platform/bytes.h"
#include "platform/thread.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

// A slot: magic (8), format (u32), reserved (8 zero bytes), position (u64), root (32), CRC-32C of all that (u32).
constexpr std::string_view kMagic = "tweehead";
constexpr std::uint32_t kFloorFormat = 1;
constexpr std::size_t kReservedBytes = 8;
constexpr std::size_t kPositionAt = 8 + 4 + kReservedBytes;
constexpr std::size_t kRootAt = kPositionAt + 8;
constexpr std::size_t kCrcAt = kRootAt + std::tuple_size_v<platform::Digest>;
static_assert(kCrcAt + 4 == kFloorSlotBytes);
constexpr std::size_t kRingBytes = kFloorSlots * kFloorSlotBytes;
constexpr auto kSyncEvery = std::chrono::seconds{1};  // so after a power cut the ring may be a second old

std::string slot_of(const Floor& floor) {
  std::string slot{kMagic};
  append_u32(kFloorFormat, slot);
  slot.append(kReservedBytes, '\0');
  append_u64(floor.position, slot);
  slot.append(platform::text_of(floor.root));
  append_u32(crc32c(platform::bytes_of(slot)), slot);
  return slot;
}

std::optional<Floor> floor_in(std::string_view slot) {
  if (slot.size() != kFloorSlotBytes) return std::nullopt;
  Floor floor{read_u64(slot.substr(kPositionAt, 8)), {}};
  const std::string_view root = slot.substr(kRootAt, floor.root.size());
  std::copy(root.begin(), root.end(), floor.root.begin());
  if (slot != slot_of(floor)) return std::nullopt;  // one text for one floor: magic, format and CRC with it
  return floor;
}

std::string reason(std::string_view what, const std::filesystem::path& path, int error) {
  return std::string{what} + " the recovery floor's ring file " + path.string() + ": " +
         std::generic_category().message(error);
}

}  // namespace

std::expected<std::optional<FloorReading>, Failure> read_floor(const std::filesystem::path& path) {
  std::error_code error;
  const bool there = std::filesystem::exists(path, error);
  if (error)
    return std::unexpected(Failure{Failure::Kind::Unavailable, reason("cannot look for", path, error.value())});
  if (!there) return std::nullopt;
  const auto ring = platform::read_small_file(path, kRingBytes);
  if (!ring && ring.error().kind == Failure::Kind::Invalid) {
    return std::unexpected(Failure{Failure::Kind::Damaged, path.string() + " is no ring file of the recovery floor"});
  }
  if (!ring) return std::unexpected(ring.error());
  if (ring->empty()) return std::nullopt;

  FloorReading reading;
  bool found = false;
  for (std::size_t at = 0; at < ring->size(); at += kFloorSlotBytes) {
    const auto floor = floor_in(std::string_view{*ring}.substr(at, kFloorSlotBytes));
    if (!floor) {
      ++reading.damaged_slots;
    } else if (!found || floor->position >= reading.highest.position) {
      found = true;
      reading.highest = *floor;
      reading.next_slot = (at / kFloorSlotBytes + 1) % kFloorSlots;
    }
  }
  if (found) return reading;
  return std::unexpected(
      Failure{Failure::Kind::Damaged, "no slot of the recovery floor's ring file " + path.string() +
                                          " is whole: it cannot tell whether acknowledged events are missing"});
}

std::expected<void, Failure> RecoveryFloor::create(const std::filesystem::path& path, const Floor& floor) {
  return platform::write_file_atomically(path, platform::bytes_of(slot_of(floor)), platform::WriteMode::CreateNew);
}

std::expected<std::unique_ptr<RecoveryFloor>, Failure> RecoveryFloor::open(const std::filesystem::path& path,
                                                                           OnFailure on_failure) {
  const auto reading = read_floor(path);
  if (!reading) return std::unexpected(reading.error());
  if (!*reading) {
    return std::unexpected(
        Failure{Failure::Kind::Damaged, "the recovery floor's ring file " + path.string() + " is missing or empty"});
  }
  platform::FileHandle file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file.valid()) {
    return std::unexpected(Failure{Failure::Kind::Unavailable, reason("cannot write", path, errno)});
  }
  return std::unique_ptr<RecoveryFloor>{new RecoveryFloor(std::move(file), **reading, std::move(on_failure))};
}

RecoveryFloor::RecoveryFloor(platform::FileHandle file, const FloorReading& reading, OnFailure on_failure)
    : file_(std::move(file)),
      next_slot_(reading.next_slot),
      highest_(reading.highest.position),
      on_failure_(std::move(on_failure)),
      syncer_([this](const std::stop_token& stop) { sync_every_second(stop); }) {}

RecoveryFloor::~RecoveryFloor() {
  syncer_.request_stop();
  syncer_.join();
  sync_now();  // what was raised between the thread's last sync and its end
}

std::expected<void, Failure> RecoveryFloor::raise(const Floor& floor) {
  if (floor.position < highest_) platform::bug("the recovery floor was to sink");
  if (failed_) {
    return std::unexpected(
        Failure{Failure::Kind::Unavailable, "the recovery floor's ring file could not be synced before"});
  }
  const std::string slot = slot_of(floor);
  const auto at = static_cast<off_t>(next_slot_ * kFloorSlotBytes);
  ssize_t written = 0;
  do {
    written = ::pwrite(file_.get(), slot.data(), slot.size(), at);
  } while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(slot.size())) {
    failed_ = true;
    return std::unexpected(Failure{Failure::Kind::Unavailable, "the recovery floor's ring file could not be written"});
  }
  next_slot_ = (next_slot_ + 1) % kFloorSlots;
  highest_ = floor.position;
  dirty_ = true;
  return {};
}

void RecoveryFloor::sync_every_second(const std::stop_token& stop) {
  platform::name_thread("sync-floor");
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kSyncEvery, [] { return false; });
    lock.unlock();
    if (!sync_now()) return;
  }
}

// False after the first failure: what the kernel dropped then cannot be synced any more, so nothing is tried again.
bool RecoveryFloor::sync_now() {
  if (failed_) return false;
  if (!dirty_.exchange(false)) return true;
  if (::fdatasync(file_.get()) == 0) return true;
  failed_ = true;
  if (on_failure_) {
    on_failure_({Failure::Kind::Unavailable,
                 "the recovery floor's ring file could not be synced: " + std::generic_category().message(errno)});
  }
  return false;
}

}  // namespace tweestap::eventstore
