#pragma once
// What the operator sees of messages that go out.
#include <array>
#include <string_view>

#include "platform/metrics.h"

namespace tweestap::consumers {

/// Thread rule: any thread.
class OutboxMetrics {
 public:
  /// `kind`: `code` or `notice`.
  OutboxMetrics(platform::Metrics& metrics, std::string_view kind);

  platform::Counter sent;     ///< a gateway took it
  platform::Counter retried;  ///< a try that did not count; another follows
  platform::Counter failed;   ///< no further try follows
  platform::Counter dropped;  ///< nobody waited for it any more, or it had gone out before
  platform::Gauge waiting;    ///< messages
  platform::Gauge oldest;     ///< seconds since the oldest of those was asked for
  platform::Gauge stalled;    ///< 1: something was not taken for a minute, and nothing went out in that minute
};

}  // namespace tweestap::consumers
