#include "consumers/kafka/relay_metrics.h"

namespace tweestap::consumers::kafka {
namespace {

using platform::CounterInfo;
using platform::GaugeInfo;

constexpr GaugeInfo<0> kLagEvents{"tweestap_stream_lag_events", "Events that are not known to be in the topic."};
constexpr GaugeInfo<0> kLagSeconds{"tweestap_stream_lag_seconds", "Age of the oldest event that is not in the topic."};
constexpr GaugeInfo<0> kInFlight{"tweestap_stream_in_flight", "Events on their way to the topic."};
constexpr GaugeInfo<0> kStopped{"tweestap_stream_stopped",
                                "1 where the relay does not write until somebody mends the topic: alarm."};
constexpr CounterInfo<0> kDelivered{"tweestap_stream_delivered_total", "Events that the brokers acknowledged."};
constexpr CounterInfo<0> kErrors{"tweestap_stream_errors_total",
                                 "Errors that the relay met, brokers that are away too."};
constexpr CounterInfo<0> kBeganAgain{"tweestap_stream_began_again_total",
                                     "Times that the relay lost its producer and went on from its cursor."};
constexpr CounterInfo<0> kAlarms{"tweestap_stream_alarms_total",
                                 "Times that the topic had lost records, or had some that claim to be ours."};

}  // namespace

RelayMetrics::RelayMetrics(platform::Metrics& metrics)
    : lag_events(metrics.gauge(kLagEvents)),
      lag_seconds(metrics.gauge(kLagSeconds)),
      in_flight(metrics.gauge(kInFlight)),
      stopped(metrics.gauge(kStopped)),
      delivered(metrics.counter(kDelivered)),
      errors(metrics.counter(kErrors)),
      began_again(metrics.counter(kBeganAgain)),
      alarms(metrics.counter(kAlarms)) {}

}  // namespace tweestap::consumers::kafka
