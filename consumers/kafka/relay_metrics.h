#pragma once
// What the operator sees of the stream.
#include "platform/metrics.h"

namespace tweestap::consumers::kafka {

/// Thread rule: any thread.
class RelayMetrics {
 public:
  explicit RelayMetrics(platform::Metrics& metrics);

  platform::Gauge lag_events;   ///< in the log, and not known to be in the topic
  platform::Gauge lag_seconds;  ///< age of the oldest of those
  platform::Gauge in_flight;    ///< handed over, and not reported
  platform::Gauge stopped;      ///< 1: somebody has to do something
  platform::Counter delivered;
  platform::Counter errors;  ///< what the status has the last one of
  platform::Counter began_again;
  platform::Counter alarms;
};

}  // namespace tweestap::consumers::kafka
