#pragma once
// The feed: the log as consumers read it over HTTP when there is no Kafka, or to fill a gap.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "http/route.h"
#include "http/services.h"

namespace tweestap::http {

/// The last position that a query can name: the envelope's, which every reader holds exactly (RFC 8259, 6).
inline constexpr std::uint64_t kLogPositionMax = (std::uint64_t{1} << 53) - 1;
/// A type of event in a query has at most so many bytes; the longest name has 26.
inline constexpr std::uint64_t kEventTypeBytesMax = 64;
/// How many events one request may ask for (docs/consumers.md).
inline constexpr std::uint64_t kFeedLimitMax = 1000;

/// What one request may cost.
struct FeedLimits {
  /// Readers that wait at the same time: each holds a connection's thread for up to 30 s. A further
  /// one is answered at once.
  std::size_t waiting_max = 64;
  /// Positions that one request looks at: a filter that matches nothing must not read the whole log in one go.
  std::uint64_t scanned_max = 10'000;
  /// An answer ends behind the event that reaches this: 1,000 events of 16 KiB would be 16 MiB a reader.
  std::size_t bytes_max = std::size_t{4} << 20;
};

/// GET /v1/events.
[[nodiscard]] std::vector<Route> event_routes(const Services& services, FeedLimits limits = {});

}  // namespace tweestap::http
