#pragma once
// What whoever runs the service asks it.
#include <cstdint>
#include <filesystem>
#include <functional>
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

/// What only the wiring knows of the running service.
struct ServiceFacts {
  std::string version;                ///< as `--version` says it
  std::filesystem::path data;         ///< the data folder, to ask its file system for free space
  std::uint64_t reserve_bytes = 0;    ///< storage.reserve
  std::int64_t started_us = 0;        ///< Clock::monotonic_us() at the start
  std::size_t feed_readers_max = 64;  ///< http.feed_readers
  /// The followers that run; may be empty. Called by any thread.
  std::function<std::vector<FollowerProgress>()> followers{};
};

/// GET /health/live, /health/ready, /metrics, /v1/status. `facts` outlives the routes.
[[nodiscard]] std::vector<Route> health_routes(const Services& services, const ServiceFacts& facts);

}  // namespace tweestap::http
