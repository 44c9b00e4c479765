#pragma once
// Follows the log and hands what has to be sent to an outbox.
#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "consumers/errand.h"
#include "consumers/outbox.h"
#include "consumers/sending.h"
#include "eventstore/follower.h"
#include "platform/failure.h"

namespace tweestap::consumers {

/// The log is its truth and not its cursor: at a start it begins where somebody could still wait for a message,
/// whatever it had handled, and each errand looks into the log before it sends. Thread rule: made and stopped by one
/// thread; position() any.
class Sender {
 public:
  struct Settings {
    std::string name;       ///< of the cursor and the follower
    std::string kind;       ///< in metrics and the operator's log
    std::size_t in_flight;  ///< messages at a time
    /// Where to begin, from the stored cursor. Called once, by create().
    std::function<std::expected<std::uint64_t, platform::Failure>(std::uint64_t cursor)> begin_after;
    /// The errand of an event; null where that asks for no message.
    std::function<std::expected<std::unique_ptr<Errand>, platform::Failure>(const eventstore::Record&)> errand_of;
  };

  /// `sending` outlives it. Fails as the store does.
  [[nodiscard]] static std::expected<std::unique_ptr<Sender>, platform::Failure> create(const Sending& sending,
                                                                                        Settings settings);
  /// As stop().
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Stops within about a second; what is not sent by then is found in the log at the next start. The partition has to
  /// be there still.
  void stop();

  [[nodiscard]] const std::string& name() const { return settings_.name; }
  /// The last position that was handed to the outbox.
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  Sender(const Sending& sending, Settings settings);
  std::expected<void, platform::Failure> handle(std::span<const eventstore::Record> page);

  const Settings settings_;
  Outbox outbox_;
  std::atomic<std::uint64_t> position_{0};
  std::unique_ptr<eventstore::Follower> follower_;  // last: it uses everything above
};

}  // namespace tweestap::consumers
