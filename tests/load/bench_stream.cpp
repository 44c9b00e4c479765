// P-7: events a second that the relay brings from a log to a real broker, against librdkafka producing the same bytes
// to another topic of that broker; and how long an event takes from its acknowledgement to the reader library, at 1,000
// a second (stream_latency.h). Beside these, what the reader library reads a second.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "consumers/kafka/partition_of.h"
#include "consumers/kafka/stream_record.h"
#include "eventstore/log.h"
#include "tests/load/arguments.h"
#include "tests/load/cpu_time.h"
#include "tests/load/give_up.h"
#include "tests/load/plain_producer.h"
#include "tests/load/stream_bench.h"
#include "tests/load/stream_latency.h"

namespace tweestap::load {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// What the relay makes of the log, kept in memory.
std::vector<PreparedRecord> prepare_all(const eventstore::Log& log, const std::string& topic) {
  const consumers::kafka::MacKeys keys = stream_keys();
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

struct Rate {
  double per_second = 0;
  double cpu_us = 0;  // an event, of this process
  double broker_cpu_us = 0;
};

// `work` brings so many events from one side of the broker to the other.
Rate rate_of(const StreamBroker& broker, std::size_t events, const std::function<void()>& work) {
  const double cpu = process_cpu_seconds();
  const double broker_cpu = broker.cpu_seconds();
  const auto begin = Clock::now();
  work();
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const auto count = static_cast<double>(events);
  return {count / seconds, (process_cpu_seconds() - cpu) * 1e6 / count,
          (broker.cpu_seconds() - broker_cpu) * 1e6 / count};
}

const Rate& better(const Rate& one, const Rate& other) { return one.per_second < other.per_second ? other : one; }

void print(const char* what, const Rate& rate) {
  std::printf("| %s | %.0f | %.1f | %.1f |\n", what, rate.per_second, rate.cpu_us, rate.broker_cpu_us);
}

ordered_json to_json(const Rate& rate) {
  return {{"per_second", rate.per_second}, {"cpu_us", rate.cpu_us}, {"broker_cpu_us", rate.broker_cpu_us}};
}

ordered_json measure_throughput(const StreamBroker& broker, std::size_t events) {
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
      PlainProducer producer{broker.new_topic(std::string{"plain"} + round)};
      plain = better(plain, rate_of(broker, events, [&] { producer.send(records); }));
    }
    log.start_relay(broker.new_topic(std::string{"relayed"} + round));
    relayed = better(relayed, rate_of(broker, events, [&] { log.wait_until_relayed(); }));
    log.stop_relay();
  }
  const auto from_topic = broker.open_reader("relayed1");
  const Rate read = rate_of(broker, events, [&] {
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

int run(const Arguments& arguments) {
  const StreamBroker broker;
  ordered_json results = ordered_json::array();
  results.push_back(measure_throughput(broker, arguments.small ? 200'000 : 400'000));
  results.push_back(measure_stream_latency(broker, arguments.small ? 10'000 : 60'000));
  if (!arguments.json_file.empty()) std::ofstream{arguments.json_file} << results.dump(2) << '\n';
  return 0;
}

}  // namespace
}  // namespace tweestap::load

int main(int argc, char** argv) { return tweestap::load::run(tweestap::load::read_arguments(argc, argv)); }
