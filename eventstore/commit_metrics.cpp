#include "eventstore/commit_metrics.h"

#include "domain/all_events.h"

namespace tweestap::eventstore {
namespace {

using platform::Counter;
using platform::CounterInfo;
using platform::GaugeInfo;
using platform::HistogramInfo;

constexpr HistogramInfo<0> kSeconds{
    "tweestap_commit_seconds", "From the end of a batch's decisions until it is durable.", platform::kLatencyBuckets};
constexpr HistogramInfo<0> kCommands{"tweestap_batch_commands", "Commands stored by one sync.", kBatchBuckets};
constexpr GaugeInfo<0> kPosition{"tweestap_log_position", "Position of the last durable event."};
constexpr CounterInfo<1> kEvents{"tweestap_events_total", "Events stored, by type.", {"type"}};
constexpr CounterInfo<1> kSmsRefused{
    "tweestap_sms_refused_total", "Codes by SMS that the brake held back, by what stood in the way.", {"reason"}};

// All of them from the start: a series that begins at 1 shows no rise.
std::vector<Counter> events_of(platform::Metrics& metrics) {
  std::vector<Counter> all;
  domain::for_each_event([&]<class E>() { all.push_back(metrics.counter(kEvents, {E::kInfo.name})); });
  return all;
}

std::vector<Counter> sms_refused_of(platform::Metrics& metrics) {
  std::vector<Counter> all;
  for (const std::string_view reason : domain::kNames<domain::SmsRefusal>) {
    all.push_back(metrics.counter(kSmsRefused, {reason}));
  }
  return all;
}

template <std::size_t N>
void add_each(const std::array<std::uint32_t, N>& counts, const std::vector<Counter>& counters) {
  for (std::size_t i = 0; i < N; ++i) {
    if (counts[i] != 0) counters[i].add(counts[i]);
  }
}

}  // namespace

CommitMetrics::CommitMetrics(platform::Metrics& metrics)
    : series_(Series{metrics.histogram(kSeconds), metrics.histogram(kCommands), metrics.gauge(kPosition),
                     events_of(metrics), sms_refused_of(metrics)}) {}

void CommitMetrics::stored(double seconds, std::size_t commands, std::uint64_t position,
                           const CountedFacts& facts) const {
  if (!series_) return;
  series_->seconds.observe(seconds);
  series_->commands.observe(static_cast<double>(commands));
  series_->position.set(static_cast<double>(position));
  add_each(facts.events, series_->events);
  add_each(facts.sms_refused, series_->sms_refused);
}

}  // namespace tweestap::eventstore
