#pragma once
// What happens to the service itself.
#include "domain/ids.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct ServiceStarted {
  static constexpr EventInfo kInfo{801, "service.started", 1, "The service opened its store and is about to listen."};
  std::string service_version;
  std::uint64_t dropped_bytes = 0;

  static constexpr auto fields() {
    return std::tuple{
        field("serviceversion", &ServiceStarted::service_version, Exposure::Public, "version and commit", Max{100}),
        field("droppedbytes", &ServiceStarted::dropped_bytes, Exposure::Public,
              "bytes of a torn, never acknowledged write that opening dropped"),
    };
  }
};

struct ClockJumped {
  static constexpr EventInfo kInfo{
      802, "service.clock_jumped", 1,
      "The wall clock and security time are more than a minute apart, or came together again."};
  std::int64_t difference_ms = 0;

  static constexpr auto fields() {
    return std::tuple{
        field("differencems", &ClockJumped::difference_ms, Exposure::Public, "wall clock minus security time")};
  }
};

}  // namespace tweestap::domain
