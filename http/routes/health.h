#pragma once
// What whoever runs the service asks it.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "http/route.h"
#include "http/services.h"

namespace tweestap::http {

/// A follower of the log and how far it is.
struct FollowerProgress {
  std::string name;
  std::uint64_t position = 0;
};

/// How the stream to Kafka stands, in the words of the status.
struct StreamProgress {
  std::string state;  ///< connecting, streaming, stopped
  std::string topic;
  std::uint64_t position = 0;  ///< everything up to here is in the topic
  std::uint64_t lag_events = 0;
  std::int64_t lag_us = 0;  ///< age of the oldest event that is not in the topic
  std::uint64_t in_flight = 0;
  std::string last_error;              ///< since the start; empty: none
  std::int64_t last_error_ago_us = 0;  ///< when that was
  std::string advice;                  ///< what somebody has to do; empty: nothing
};

/// The wall clock and the service's own time went apart by more than a minute (rule CLK-1).
struct ClockJump {
  std::int64_t difference_us = 0;    ///< wall clock minus the service's own time, at that moment
  std::int64_t at_monotonic_us = 0;  ///< Clock::monotonic_us() when it was noticed
};

/// How long a jump that is over still counts as an alarm: so that whoever looks once a day sees it.
inline constexpr std::int64_t kClockAlarmUs = std::int64_t{24} * 3600 * 1'000'000;

/// What only the wiring knows of the running service.
struct ServiceFacts {
  std::string version;                ///< as `--version` says it
  std::filesystem::path data;         ///< the data folder, to ask its file system for free space
  std::uint64_t reserve_bytes = 0;    ///< storage.reserve
  std::int64_t started_us = 0;        ///< Clock::monotonic_us() at the start
  std::size_t feed_readers_max = 64;  ///< http.feed_readers
  /// The file gateway's file, where this is a demo: its messages are shown to everybody. Absent: there is no such
  /// route.
  std::optional<std::filesystem::path> demo_messages{};
  /// The followers that run; may be empty. Called by any thread.
  std::function<std::vector<FollowerProgress>()> followers{};
  /// The stream, where one is configured; may be empty. Called by any thread.
  std::function<std::optional<StreamProgress>()> stream{};
  /// The last jump since the start; may be empty. Called by any thread.
  std::function<std::optional<ClockJump>()> clock_jump{};
};

/// GET /health/live, /health/ready, /metrics, /v1/status. `facts` outlives the routes.
[[nodiscard]] std::vector<Route> health_routes(const Services& services, const ServiceFacts& facts);

}  // namespace tweestap::http
