#pragma once
// What the committer counts. Only for eventstore/.
#include <array>
#include <optional>

#include "platform/metrics.h"

namespace tweestap::eventstore {

inline constexpr std::array<double, 9> kBatchBuckets{1, 2, 4, 8, 16, 32, 64, 128, 512};

/// Without a registry nothing is counted. Thread rule: any thread.
class CommitMetrics {
 public:
  CommitMetrics() = default;
  explicit CommitMetrics(platform::Metrics& metrics)
      : series_(Series{
            metrics.histogram(platform::HistogramInfo<0>{"tweestap_commit_seconds",
                                                         "From the end of a batch's decisions until it is durable.",
                                                         platform::kLatencyBuckets}),
            metrics.histogram(
                platform::HistogramInfo<0>{"tweestap_batch_commands", "Commands stored by one sync.", kBatchBuckets}),
            metrics.counter(platform::CounterInfo<0>{"tweestap_events_total", "Events stored."}),
            metrics.gauge(platform::GaugeInfo<0>{"tweestap_log_position", "Position of the last durable event."})}) {}

  void stored(double seconds, std::size_t commands, std::size_t events, std::uint64_t position) const {
    if (!series_) return;
    series_->seconds.observe(seconds);
    series_->commands.observe(static_cast<double>(commands));
    series_->events.add(static_cast<double>(events));
    series_->position.set(static_cast<double>(position));
  }

 private:
  struct Series {
    platform::Histogram seconds;
    platform::Histogram commands;
    platform::Counter events;
    platform::Gauge position;
  };
  std::optional<Series> series_;
};

}  // namespace tweestap::eventstore
