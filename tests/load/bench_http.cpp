// P-1: durable second-step verifications a second over HTTP, against the same HTTP server answering a constant and
// against RocksDB's own group commit of the same bytes, whichever is lower. P-2: password logins a second against raw
// Argon2id verifications. P-7, with --kafka: P-1 with the relay to a broker on, against P-1 with it off.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "consumers/kafka/topic_admin.h"
#include "tests/kafka/broker.h"
#include "tests/load/arguments.h"
#include "tests/load/cpu_time.h"
#include "tests/load/keep_alive_client.h"
#include "tests/load/limits.h"
#include "tests/load/seeded_service.h"

namespace tweestap::load {
namespace {

using nlohmann::ordered_json;

const std::string kPassword = "the bench's password";
const std::string kTopic = "bench";

// A run, and what the rest of the process (the service) spent meanwhile.
struct Measured {
  LoadResult load;
  double service_cpu_us = 0;  // a request
  double client_cpu_us = 0;
};
Measured measure(const std::function<LoadResult()>& run) {
  const double before = process_cpu_seconds();
  Measured out{run(), 0, 0};
  const double all = process_cpu_seconds() - before;
  const auto answers = static_cast<double>(out.load.answers);
  out.client_cpu_us = out.load.client_cpu_seconds / answers * 1e6;
  out.service_cpu_us = (all - out.load.client_cpu_seconds) / answers * 1e6;
  return out;
}

std::vector<std::string> verifications(const std::vector<Seeded>& people) {
  std::vector<std::string> requests;
  requests.reserve(people.size());
  for (const Seeded& one : people) {
    requests.push_back(post_request("/v1/logins/current/code", one.login_token,
                                    "{\"code\":\"" + SeededService::code_now(one) + "\"}"));
  }
  return requests;
}

ordered_json measure_verifications(SeededService& service, const http::Texts& texts, std::size_t count,
                                   std::size_t connections) {
  const auto people = service.seed(count, {.login = true}, kPassword);
  const auto requests = verifications(people);
  const eventstore::Log& log = service.services().partition.log();
  const std::uint64_t before = log.head().position;
  const std::uint64_t syncs_before = service.syncs();
  const Measured verified = measure([&] { return run_load(service.port(), requests, connections); });
  const auto syncs = static_cast<double>(service.syncs() - syncs_before);
  must_all_be_good(verified.load);
  const std::size_t bytes = bytes_of_a_command(log, before, count);
  const Measured constant = measure([&] { return run_constant(count, connections, texts); });
  const double group = group_commits_per_second(service.scratch(), count, connections, bytes);

  const auto half_people = service.seed(count / 4, {.login = true}, kPassword);
  const LoadResult half =
      run_load(service.port(), verifications(half_people), connections, verified.load.per_second() / 2);
  must_all_be_good(half);
  const double limit = std::min(constant.load.per_second(), group);
  const double ratio = verified.load.per_second() / limit;
  std::printf("P-1  %3zu connections  %8.0f/s verified  %8.0f/s constant  %8.0f/s group commit of %zu bytes\n",
              connections, verified.load.per_second(), constant.load.per_second(), group, bytes);
  std::printf("     ratio to the lower limit %.2f (wanted 0.60)   p99 at half load %.2f ms (wanted below 10)\n", ratio,
              half.percentile_ms(0.99));
  std::printf("     CPU a request: service %.1f us, load program %.1f us; constant: %.1f us, %.1f us\n",
              verified.service_cpu_us, verified.client_cpu_us, constant.service_cpu_us, constant.client_cpu_us);
  std::printf("     %.1f verifications a sync, %.0f syncs a second\n\n", static_cast<double>(count) / syncs,
              syncs / verified.load.seconds);
  return {{"id", "P-1"},
          {"connections", connections},
          {"verified_per_second", verified.load.per_second()},
          {"constant_per_second", constant.load.per_second()},
          {"group_commit_per_second", group},
          {"bytes_per_verification", bytes},
          {"ratio", ratio},
          {"p99_half_load_ms", half.percentile_ms(0.99)},
          {"service_cpu_us", verified.service_cpu_us},
          {"client_cpu_us", verified.client_cpu_us},
          {"verifications_per_sync", static_cast<double>(count) / syncs}};
}

ordered_json measure_logins(SeededService& service, std::size_t count) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  const auto people = service.seed(count, {}, kPassword);
  std::vector<std::string> requests;
  for (const Seeded& one : people) {
    requests.push_back(
        post_request("/v1/logins", "", ordered_json{{"identifier", one.identifier}, {"password", kPassword}}.dump()));
  }
  const LoadResult logins = run_load(service.port(), requests, std::size_t{cores} * 8);
  must_all_be_good(logins);
  const double raw = argon2_per_second(count, kPassword);
  std::printf("P-2  %8.0f/s password logins  %8.0f/s raw Argon2id on %u cores   ratio %.2f (wanted 0.95)\n",
              logins.per_second(), raw, cores, logins.per_second() / raw);
  return {{"id", "P-2"},
          {"logins_per_second", logins.per_second()},
          {"argon2_per_second", raw},
          {"ratio", logins.per_second() / raw}};
}

constexpr std::size_t kRelayedConnections = 64;

// Until everything that was stored is in the topic.
void wait_until_relayed(const app::Streams& streams) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes{5};
  while (true) {
    const auto stream = streams.stream();
    if (stream && stream->state == "streaming" && stream->lag_events == 0) return;
    if (!stream || !stream->advice.empty() || std::chrono::steady_clock::now() > until) {
      std::fprintf(stderr, "the relay does not get on: %s %s\n", stream ? stream->advice.c_str() : "there is none",
                   stream ? stream->last_error.c_str() : "");
      std::exit(1);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

// P-1 once, with the broker idle or with everything streamed to it.
struct Relayed {
  double per_second = 0;
  double service_cpu_us = 0;  // a request
  double broker_cpu_us = 0;
  std::uint64_t behind = 0;  // events that were not in the topic when the last answer came
};
Relayed verify(SeededService& service, const tests::KafkaBroker& broker, std::size_t count, bool with_relay) {
  const auto people = service.seed(count, {.login = true}, kPassword);
  std::unique_ptr<app::Streams> streams;
  if (with_relay) {
    streams = service.start_streams();
    wait_until_relayed(*streams);
  }
  const auto requests = verifications(people);
  const double broker_before = cpu_seconds_of(broker.pid());
  const Measured verified = measure([&] { return run_load(service.port(), requests, kRelayedConnections); });
  Relayed out{.per_second = verified.load.per_second(),
              .service_cpu_us = verified.service_cpu_us,
              .broker_cpu_us = (cpu_seconds_of(broker.pid()) - broker_before) * 1e6 / static_cast<double>(count)};
  must_all_be_good(verified.load);
  if (streams) {
    out.behind = streams->stream()->lag_events;
    streams->stop();
  }
  return out;
}

Relayed mean(const Relayed& one, const Relayed& other) {
  return {(one.per_second + other.per_second) / 2, (one.service_cpu_us + other.service_cpu_us) / 2,
          (one.broker_cpu_us + other.broker_cpu_us) / 2, std::max(one.behind, other.behind)};
}

// Off, on, on, off: what the growing store costs, and a machine that slows down, fall on both.
ordered_json measure_with_relay(SeededService& service, const tests::KafkaBroker& broker, std::size_t count) {
  std::array<Relayed, 4> runs{};
  for (std::size_t i = 0; i < runs.size(); ++i) runs[i] = verify(service, broker, count, i == 1 || i == 2);
  const Relayed off = mean(runs[0], runs[3]);
  const Relayed on = mean(runs[1], runs[2]);
  const double ratio = on.per_second / off.per_second;
  std::printf(
      "P-7  P-1 at %zu connections, relay off %.0f/s (%.0f, %.0f), on %.0f/s (%.0f, %.0f)   ratio %.2f (wanted 0.90)\n",
      kRelayedConnections, off.per_second, runs[0].per_second, runs[3].per_second, on.per_second, runs[1].per_second,
      runs[2].per_second, ratio);
  std::printf("     CPU a request: service %.1f us off, %.1f us on; broker %.1f us off, %.1f us on\n",
              off.service_cpu_us, on.service_cpu_us, off.broker_cpu_us, on.broker_cpu_us);
  std::printf("     when the last answer came, at most %llu events were not in the topic\n\n",
              static_cast<unsigned long long>(on.behind));
  return {{"id", "P-7"},
          {"what", "P-1 with the relay on"},
          {"connections", kRelayedConnections},
          {"off_per_second", off.per_second},
          {"on_per_second", on.per_second},
          {"ratio", ratio},
          {"service_cpu_us_off", off.service_cpu_us},
          {"service_cpu_us_on", on.service_cpu_us},
          {"broker_cpu_us_off", off.broker_cpu_us},
          {"broker_cpu_us_on", on.broker_cpu_us},
          {"behind_events", on.behind}};
}

// The broker has said why where it does not run.
void make_topic(const tests::KafkaBroker& broker) {
  if (broker.settings(kTopic).kafka_brokers.empty()) std::exit(1);
  broker.make_topic(kTopic, consumers::kafka::TopicShape{}.partitions);
}

int run(int argc, char** argv) {
  const Arguments arguments = read_arguments(argc, argv, {"--only", "--kafka"});
  const auto texts = or_give_up(http::Texts::load("en"));
  std::optional<tests::KafkaBroker> broker;
  if (arguments.kafka) make_topic(broker.emplace());
  SeededService service{[&](platform::Settings& settings) {
    if (!broker) return;
    settings.kafka_brokers = broker->settings(kTopic).kafka_brokers;
    settings.kafka_topic = kTopic;
  }};
  const std::size_t count = arguments.small ? 20'000 : 60'000;
  ordered_json results = ordered_json::array();
  if (arguments.only != "P-2") {
    for (const std::size_t connections : {64UL, 128UL}) {
      results.push_back(measure_verifications(service, texts, count, connections));
    }
    if (broker) results.push_back(measure_with_relay(service, *broker, count));
  }
  if (arguments.only != "P-1") results.push_back(measure_logins(service, arguments.small ? 400 : 2'000));
  if (!arguments.json_file.empty()) std::ofstream{arguments.json_file} << results.dump(2) << "\n";
  return 0;
}

}  // namespace
}  // namespace tweestap::load

int main(int argc, char** argv) { return tweestap::load::run(argc, argv); }
