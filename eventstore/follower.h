#pragma once
// Everything that follows the log for an effect: a durable cursor, bounded work, a stop.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <string>
#include <thread>

#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

class Partition;

/// Hands every event to `handle`, in order, each at least once: after a crash the last second's events come again, so
/// the handler's truth is the log and not the cursor. A failure is tried again after a pause that grows to
/// `pause_max`; an exception counts as one. The cursor is written at most once a second, and at the end; it never
/// delays a commit.
class Follower {
 public:
  struct Settings {
    std::string name;  ///< of the cursor; at most 64 bytes
    PageLimit page{};
    std::chrono::milliseconds pause_max{10'000};
    /// How long it rests after a page that was not full: who is in no hurry reads many commits at once, and leaves the
    /// processor to those who wait for an answer.
    std::chrono::milliseconds rest{0};
    /// Hears why it stands still: at the first failure, and once a minute while it lasts. May be empty. Called from the
    /// follower's thread.
    std::function<void(const platform::Failure&)> on_trouble{};
  };
  /// Success: everything of the page is done. Called from the follower's thread only.
  using Handle = std::function<std::expected<void, platform::Failure>(std::span<const Record>)>;

  /// Starts at the stored cursor (or 0). `partition` has to outlive the follower.
  Follower(Partition& partition, Settings settings, Handle handle);
  /// Asks for a stop and waits until the page in hand is done.
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// The last position that was handled.
  [[nodiscard]] std::uint64_t cursor() const;

 private:
  void run(const std::stop_token& stop);
  Partition& partition_;
  Settings settings_;
  Handle handle_;
  std::atomic<std::uint64_t> cursor_{0};
  std::jthread thread_;
};

}  // namespace tweestap::eventstore
