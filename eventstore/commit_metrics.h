#pragma once
// What the committer counts. Only for eventstore/.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "domain/new_event.h"
#include "domain/terms.h"
#include "platform/metrics.h"

namespace tweestap::eventstore {

inline constexpr std::array<double, 9> kBatchBuckets{1, 2, 4, 8, 16, 32, 64, 128, 512};

/// Facts that have a figure of their own, counted beside the batch that carries them until it is durable: a decision
/// that was never stored held nothing back. Thread rule: as a plain value.
struct CountedFacts {
  std::array<std::uint32_t, domain::kNames<domain::SmsRefusal>.size()> sms_refused{};  ///< by domain::SmsRefusal

  void add(std::span<const domain::NewEvent> events) {
    for (const domain::NewEvent& one : events) {
      const auto* refused = std::get_if<domain::SmsCodeRefused>(&one.event);
      if (refused != nullptr) ++sms_refused[static_cast<std::size_t>(refused->reason)];
    }
  }
};

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
            metrics.gauge(platform::GaugeInfo<0>{"tweestap_log_position", "Position of the last durable event."}),
            sms_refused_of(metrics)}) {}

  void stored(double seconds, std::size_t commands, std::size_t events, std::uint64_t position,
              const CountedFacts& facts) const {
    if (!series_) return;
    series_->seconds.observe(seconds);
    series_->commands.observe(static_cast<double>(commands));
    series_->events.add(static_cast<double>(events));
    series_->position.set(static_cast<double>(position));
    for (std::size_t reason = 0; reason < facts.sms_refused.size(); ++reason) {
      if (facts.sms_refused[reason] != 0) series_->sms_refused[reason].add(facts.sms_refused[reason]);
    }
  }

 private:
  struct Series {
    platform::Histogram seconds;
    platform::Histogram commands;
    platform::Counter events;
    platform::Gauge position;
    std::vector<platform::Counter> sms_refused;  // by domain::SmsRefusal
  };

  // All of them from the start: a series that begins at 1 shows no rise.
  static std::vector<platform::Counter> sms_refused_of(platform::Metrics& metrics) {
    constexpr platform::CounterInfo<1> kInfo{
        "tweestap_sms_refused_total", "Codes by SMS that the brake held back, by what stood in the way.", {"reason"}};
    std::vector<platform::Counter> all;
    for (const std::string_view reason : domain::kNames<domain::SmsRefusal>) {
      all.push_back(metrics.counter(kInfo, {reason}));
    }
    return all;
  }

  std::optional<Series> series_;
};

}  // namespace tweestap::eventstore
