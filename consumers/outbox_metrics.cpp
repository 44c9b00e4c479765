#include "consumers/outbox_metrics.h"

namespace tweestap::consumers {
namespace {

constexpr platform::CounterInfo<2> kMessages{
    "tweestap_messages_total", "Messages by SMS: tries of them, by what became of each.", {"kind", "result"}};
constexpr platform::GaugeInfo<1> kWaiting{
    "tweestap_messages_waiting", "Messages by SMS that wait for a gateway.", {"kind"}};
constexpr platform::GaugeInfo<1> kOldest{
    "tweestap_messages_oldest_seconds", "How long the oldest message that waits has been waiting.", {"kind"}};
constexpr platform::GaugeInfo<1> kStalled{"tweestap_messages_stalled",
                                          "1 where a message is not taken for a minute and none went out since: alarm.",
                                          {"kind"}};

}  // namespace

OutboxMetrics::OutboxMetrics(platform::Metrics& metrics, std::string_view kind)
    : sent(metrics.counter(kMessages, {kind, "sent"})),
      retried(metrics.counter(kMessages, {kind, "retried"})),
      failed(metrics.counter(kMessages, {kind, "failed"})),
      dropped(metrics.counter(kMessages, {kind, "dropped"})),
      waiting(metrics.gauge(kWaiting, {kind})),
      oldest(metrics.gauge(kOldest, {kind})),
      stalled(metrics.gauge(kStalled, {kind})) {}

}  // namespace tweestap::consumers
