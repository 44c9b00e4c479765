#include "eventstore/disk_watermark.h"

#include <utility>

namespace tweestap::eventstore {
namespace {

constexpr std::int64_t kLookEveryUs = 1'000'000;

}  // namespace

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

DiskWatermark::DiskWatermark(std::uint64_t reserve_bytes, FreeBytes free_bytes)
    : reserve_bytes_(reserve_bytes), free_bytes_(std::move(free_bytes)) {}

std::expected<void, platform::Failure> DiskWatermark::check(std::int64_t now_monotonic_us) {
  std::int64_t due = next_look_us_.load(std::memory_order_relaxed);
  const bool written_much = written_.load(std::memory_order_relaxed) > reserve_bytes_ / 16;
  if ((now_monotonic_us >= due || written_much) &&
      next_look_us_.compare_exchange_strong(due, now_monotonic_us + kLookEveryUs)) {
    look();  // one thread looks, the others go by what was seen last
  }
  if (!low_.load(std::memory_order_relaxed)) return {};
  return std::unexpected(
      platform::Failure{platform::Failure::Kind::Unavailable,
                        "the disk is nearly full: " + mebibytes(last_free_.load(std::memory_order_relaxed)) +
                            " free, commands wait for " + mebibytes(2 * reserve_bytes_)});
}

void DiskWatermark::look() {
  written_.store(0, std::memory_order_relaxed);
  const std::uint64_t free = free_bytes_().value_or(0);  // a file system that does not answer has no room
  last_free_.store(free, std::memory_order_relaxed);
  if (free < reserve_bytes_) low_.store(true, std::memory_order_relaxed);
  if (free > 2 * reserve_bytes_) low_.store(false, std::memory_order_relaxed);
}

}  // namespace tweestap::eventstore
