// P-7: events a second that the relay brings from a log to a real broker, against librdkafka producing the same bytes
// to another topic of that broker; and how long an event takes from its acknowledgement to the reader library, at 1,000
// a second. Beside these, what the reader library reads a second.
#include <tweestap/reader.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "consumers/kafka/partition_of.h"
#include "consumers/kafka/relay.h"
#include "consumers/kafka/stream_record.h"
#include "consumers/kafka/topic_admin.h"
#include "tests/kafka/broker.h"
#include "tests/load/arguments.h"
#include "tests/load/cpu_time.h"
#include "tests/load/give_up.h"
#include "tests/load/ordinary_day.h"
#include "tests/load/plain_producer.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/percentile.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::load {
namespace {

using namespace std::chrono_literals;
using consumers::kafka::MacKeys;
using consumers::kafka::Relay;
using nlohmann::ordered_json;
using tests::percentile;
using Clock = std::chrono::steady_clock;

constexpr std::int32_t kPartitions = consumers::kafka::TopicShape{}.partitions;
constexpr std::size_t kAccounts = 5'000;
constexpr auto kPatience = 5min;
constexpr auto kInterval = 1ms;            // 1,000 events a second
constexpr std::size_t kAppenders = 8;      // so that one that waits for its sync delays no other
constexpr std::size_t kUncounted = 1'000;  // what the first second costs, code that never ran, is nobody's latency

MacKeys mac_keys() {
  MacKeys keys;
  keys.emplace(1, platform::Secret::from_text("a key of the bench, thirty-two by"));
  return keys;
}

// A log of its own with the events of an ordinary day, and what follows it to a topic.
class StreamedLog {
 public:
  StreamedLog() {
    tests::PlayStore::Options options;
    options.wal_bytes = std::uint64_t{128} << 20;
    options.decider = &decider_;
    or_give_up(store_.open(options));
  }
  StreamedLog(const StreamedLog&) = delete;
  StreamedLog& operator=(const StreamedLog&) = delete;
  ~StreamedLog() { stop_relay(); }

  [[nodiscard]] eventstore::Partition& partition() { return store_.partition(); }
  [[nodiscard]] std::uint64_t head() { return store_.head(); }
  [[nodiscard]] std::vector<domain::NewEvent> some(std::size_t count) { return day_.some(count, {clock_.wall_us()}); }
  void grow_to(std::uint64_t events) {
    while (head() < events) {
      or_give_up(partition().submit(scripted(some(eventstore::kEventsPerDecisionMax))));
    }
  }

  /// Until the topic was looked at.
  void start_relay(platform::Settings settings) {
    settings_ = std::move(settings);
    relay_ = std::make_unique<Relay>(
        Relay::Parts{.partition = partition(),
                     .settings = settings_,
                     .clock = clock_,
                     .metrics = metrics_,
                     .log = log_,
                     .keys = mac_keys(),
                     .on_lost_events = [](const platform::Failure& failure) { give_up(failure.reason); }});
    if (!relay_->wait_for_contact(30s)) give_up("the broker does not answer the relay");
  }
  void wait_until_relayed() {
    const auto until = Clock::now() + kPatience;
    for (const std::uint64_t wanted = head(); relay_->status().position < wanted; std::this_thread::sleep_for(1ms)) {
      if (Clock::now() > until) give_up("the relay does not get on: " + relay_->status().last_error);
    }
  }
  void stop_relay() { relay_.reset(); }

 private:
  tests::TemporaryFolder folder_;
  ScriptedDecider decider_;
  tests::PlayStore store_{folder_.path() / "data"};
  OrdinaryDay day_{kAccounts};
  platform::SystemClock clock_;
  platform::Metrics metrics_;
  platform::Log log_{platform::Log::Format::Json, platform::LogLevel::Error};
  platform::Settings settings_;
  std::unique_ptr<Relay> relay_;
};

// What the relay makes of the log, kept in memory.
std::vector<PreparedRecord> prepare_all(const eventstore::Log& log, const std::string& topic) {
  const MacKeys keys = mac_keys();
  std::vector<std::uint64_t> last(static_cast<std::size_t>(kPartitions));
  std::vector<PreparedRecord> prepared;
  consumers::kafka::StreamRecord record;
  while (true) {
    const auto page = or_give_up(log.read(prepared.size()));
    if (page.empty()) return prepared;
    for (const eventstore::Record& stored : page) {
      or_give_up(record.take(stored.envelope));
      const std::int32_t partition = consumers::kafka::partition_of(record.key(), kPartitions);
      const std::uint64_t previous = std::exchange(last[static_cast<std::size_t>(partition)], stored.position);
      record.place({topic, partition, previous}, keys);
      prepared.push_back(prepare(record, partition));
    }
  }
}

std::size_t bytes_each(const std::vector<PreparedRecord>& records) {
  std::size_t bytes = 0;
  for (const PreparedRecord& record : records) {
    bytes += record.bytes.size();
    for (const auto& header : record.headers) bytes += header.name.size();
  }
  return bytes / records.size();
}

// A broker whose own failures have been told, with a topic for each part.
class Bench {
 public:
  Bench() {
    if (broker_.settings("any").kafka_brokers.empty()) std::exit(1);
  }
  [[nodiscard]] platform::Settings new_topic(const std::string& name) const {
    broker_.make_topic(name, kPartitions);
    return broker_.settings(name);
  }
  [[nodiscard]] reader::Options reading(const std::string& topic) const {
    reader::Options options;
    options.brokers = broker_.settings(topic).kafka_brokers;
    options.topic = topic;
    return options;
  }
  [[nodiscard]] double broker_cpu_seconds() const { return cpu_seconds_of(broker_.pid()); }

 private:
  tests::KafkaBroker broker_;
};

struct Rate {
  double per_second = 0;
  double cpu_us = 0;  // an event, of this process
  double broker_cpu_us = 0;
};

// `work` brings so many events from one side of the broker to the other.
Rate rate_of(const Bench& bench, std::size_t events, const std::function<void()>& work) {
  const double cpu = process_cpu_seconds();
  const double broker_cpu = bench.broker_cpu_seconds();
  const auto begin = Clock::now();
  work();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto count = static_cast<double>(events);
  return {count / seconds, (process_cpu_seconds() - cpu) * 1e6 / count,
          (bench.broker_cpu_seconds() - broker_cpu) * 1e6 / count};
}

const Rate& better(const Rate& one, const Rate& other) { return one.per_second < other.per_second ? other : one; }

std::unique_ptr<reader::Reader> open_reader(reader::Options options) {
  auto opened = reader::Reader::create(std::move(options));
  if (!opened) give_up(opened.error().reason);
  return std::move(*opened);
}

// The next event, which is there or about to come.
reader::Delivery next_of(reader::Reader& reader) {
  auto next = reader.next(60s);
  if (!next) give_up(next.error().reason);
  if (!*next) give_up("the reader waited a minute for an event");
  return std::move(**next);
}

void print(const char* what, const Rate& rate) {
  std::printf("| %s | %.0f | %.1f | %.1f |\n", what, rate.per_second, rate.cpu_us, rate.broker_cpu_us);
}

ordered_json to_json(const Rate& rate) {
  return {{"per_second", rate.per_second}, {"cpu_us", rate.cpu_us}, {"broker_cpu_us", rate.broker_cpu_us}};
}

ordered_json measure_throughput(const Bench& bench, std::size_t events) {
  StreamedLog log;
  log.grow_to(events);
  events = log.head();
  const auto records = prepare_all(log.partition().log(), "plain0");
  Rate plain;
  Rate relayed;
  // Both twice in turn, the better of each: the first round meets a broker whose code is not compiled yet, and a
  // neighbour on the machine hits one of them at most. Both have looked at their topic before.
  for (const char* const round : {"0", "1"}) {
    {
      PlainProducer producer{bench.new_topic(std::string{"plain"} + round)};
      plain = better(plain, rate_of(bench, events, [&] { producer.send(records); }));
    }
    log.start_relay(bench.new_topic(std::string{"relayed"} + round));
    relayed = better(relayed, rate_of(bench, events, [&] { log.wait_until_relayed(); }));
    log.stop_relay();
  }
  const auto from_topic = open_reader(bench.reading("relayed1"));
  const Rate read = rate_of(bench, events, [&] {
    for (std::size_t i = 0; i < events; ++i) static_cast<void>(next_of(*from_topic));
  });
  std::printf("### P-7: the stream to Kafka, %zu events as records of %zu bytes\n\n", events, bytes_each(records));
  std::printf("| what | events/s | CPU an event (us) | CPU an event of the broker (us) |\n");
  std::printf("| --- | --: | --: | --: |\n");
  print("librdkafka alone, records in memory", plain);
  print("the relay, from the log (wanted 50,000/s)", relayed);
  print("the reader library, from the first event (told)", read);
  const double ratio = relayed.per_second / plain.per_second;
  std::printf("\nThe relay's ratio to librdkafka alone: %.2f (wanted 0.50).\n", ratio);
  return {{"id", "P-7"},
          {"events", events},
          {"bytes_per_record", bytes_each(records)},
          {"librdkafka", to_json(plain)},
          {"relay", to_json(relayed)},
          {"reader", to_json(read)},
          {"ratio", ratio}};
}

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

ordered_json measure_latency(const Bench& bench, std::size_t events) {
  StreamedLog log;
  log.grow_to(eventstore::kEventsPerDecisionMax);
  const std::uint64_t head = log.head();
  log.start_relay(bench.new_topic("latency"));
  Moments moments{kUncounted + events};
  std::atomic<std::uint64_t> read = 0;
  const auto from_topic = open_reader(bench.reading("latency"));
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

int run(const Arguments& arguments) {
  const Bench bench;
  ordered_json results = ordered_json::array();
  results.push_back(measure_throughput(bench, arguments.small ? 200'000 : 400'000));
  results.push_back(measure_latency(bench, arguments.small ? 10'000 : 60'000));
  if (!arguments.json_file.empty()) std::ofstream{arguments.json_file} << results.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace tweestap::load

int main(int argc, char** argv) { return tweestap::load::run(tweestap::load::read_arguments(argc, argv)); }
