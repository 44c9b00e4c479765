#include "tests/load/stream_latency.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "tests/load/give_up.h"
#include "tests/support/percentile.h"

namespace tweestap::load {
namespace {

using namespace std::chrono_literals;
using nlohmann::ordered_json;
using tests::percentile;
using Clock = std::chrono::steady_clock;

constexpr auto kInterval = 1ms;            // 1,000 events a second
constexpr std::size_t kAppenders = 8;      // so that one that waits for its sync delays no other
constexpr std::size_t kUncounted = 1'000;  // what the first second costs, code that never ran, is nobody's latency

// When each event was due, acknowledged and seen, by its place among those of the run.
struct Moments {
  explicit Moments(std::size_t count) : due(count), acknowledged(count), seen(count) {}

  std::vector<Clock::time_point> due;
  std::vector<Clock::time_point> acknowledged;
  std::vector<Clock::time_point> seen;
};

// One event a command, each at its moment, whatever became of the ones before.
void append_by_the_clock(StreamedLog& log, std::uint64_t head, Moments& moments) {
  const std::size_t count = moments.due.size();
  constexpr std::size_t kOneLoginMore = 6;  // some() ends before a login that does not fit whole
  auto events = log.some(count + kOneLoginMore);
  const auto begin = Clock::now() + 100ms;
  std::vector<std::jthread> appenders;
  for (std::size_t appender = 0; appender < kAppenders; ++appender) {
    appenders.emplace_back([&, appender] {
      for (std::size_t i = appender; i < count; i += kAppenders) {
        const Clock::time_point due = begin + static_cast<std::int64_t>(i) * kInterval;
        std::vector<domain::NewEvent> one;
        one.push_back(std::move(events[i]));
        std::this_thread::sleep_until(due);
        const auto committed = or_give_up(log.partition().submit(scripted(std::move(one))));
        const std::size_t place = committed.first_position - head - 1;
        moments.acknowledged[place] = Clock::now();
        moments.due[place] = due;
      }
    });
  }
}

// In milliseconds. One that was seen before its acknowledgement was read took no time.
std::vector<double> waits(const std::vector<Clock::time_point>& from, const std::vector<Clock::time_point>& to) {
  std::vector<double> ms;
  for (std::size_t i = kUncounted; i < from.size(); ++i) {
    ms.push_back(std::max(0.0, std::chrono::duration<double, std::milli>(to[i] - from[i]).count()));
  }
  return ms;
}

}  // namespace

ordered_json measure_stream_latency(const StreamBroker& broker, std::size_t events) {
  StreamedLog log;
  log.grow_to(eventstore::kEventsPerDecisionMax);
  const std::uint64_t head = log.head();
  log.start_relay(broker.new_topic("latency"));
  Moments moments{kUncounted + events};
  std::atomic<std::uint64_t> read = 0;
  const auto from_topic = broker.open_reader("latency");
  std::jthread listener{[&] {
    for (const std::uint64_t all = head + moments.seen.size(); read < all; ++read) {
      const auto delivery = next_of(*from_topic);
      if (delivery.event.position > head) moments.seen[delivery.event.position - head - 1] = Clock::now();
    }
  }};
  while (read < head) std::this_thread::sleep_for(1ms);  // it is at the log's end
  append_by_the_clock(log, head, moments);
  listener.join();
  const auto acknowledged = waits(moments.acknowledged, moments.seen);
  const auto due = waits(moments.due, moments.seen);
  std::printf(
      "\nAt 1000 events a second over %zu s, from an event's acknowledgement to the reader library: p50 %.1f ms, p99 "
      "%.1f ms (wanted below 50), longest %.1f ms.\nFrom the moment when it was due: p50 %.1f ms, p99 %.1f ms.\n",
      events / 1000, percentile(acknowledged, 0.5), percentile(acknowledged, 0.99), percentile(acknowledged, 1),
      percentile(due, 0.5), percentile(due, 0.99));
  return {{"id", "P-7"},
          {"what", "append acknowledged to reader library, at 1,000 events a second"},
          {"p50_ms", percentile(acknowledged, 0.5)},
          {"p99_ms", percentile(acknowledged, 0.99)},
          {"longest_ms", percentile(acknowledged, 1)},
          {"due_p50_ms", percentile(due, 0.5)},
          {"due_p99_ms", percentile(due, 0.99)}};
}

}  // namespace tweestap::load
