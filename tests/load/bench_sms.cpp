// What the sender does with a local HTTP gateway: how many codes a second it sends, against the same gateway asked by
// as many threads without a log behind it; and how long a code waits when 1,000 a second are asked for.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <semaphore>
#include <string>
#include <vector>

#include "consumers/sms/choose_gateway.h"
#include "consumers/sms/send_pool.h"
#include "eventstore/envelope.h"
#include "tests/consumers/provider.h"
#include "tests/load/arguments.h"
#include "tests/load/keep_alive_client.h"
#include "tests/load/limits.h"
#include "tests/load/seeded_service.h"
#include "tests/support/percentile.h"

namespace tweestap::load {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

const std::string kPassword = "the bench's password";
constexpr double kWantedPerSecond = 1000;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::vector<std::string> step_ups(const std::vector<Seeded>& people) {
  std::vector<std::string> requests;
  for (const Seeded& one : people) requests.push_back(post_request("/v1/session/step-up", one.session_token, ""));
  return requests;
}

// When each code was asked for and taken by the gateway, in microseconds of the service's time.
struct Sent {
  std::size_t delivered = 0;
  std::size_t failed = 0;
  std::vector<std::int64_t> waits_us;

  [[nodiscard]] double percentile_ms(double of) const {
    return static_cast<double>(tests::percentile(waits_us, of)) / 1000;
  }
};

// Reads the log on until so many codes are with the gateway.
Sent wait_until_sent(const eventstore::Log& log, std::uint64_t position, std::size_t count) {
  Sent sent;
  std::map<std::uint64_t, std::int64_t> asked_us;  // by position
  while (sent.delivered < count) {
    log.wait_beyond(position, std::chrono::seconds{1}, {});
    for (const eventstore::Record& record : or_give_up(log.read(position))) {
      position = record.position;
      const auto envelope = or_give_up(eventstore::decode(record.envelope));
      if (std::holds_alternative<domain::SmsCodeIssued>(envelope.event)) {
        asked_us[record.position] = envelope.time.us;
      } else if (const auto* const delivered = std::get_if<domain::SmsCodeDelivered>(&envelope.event)) {
        ++sent.delivered;
        sent.waits_us.push_back(envelope.time.us - asked_us.at(delivered->sending));
      } else if (std::holds_alternative<domain::SmsCodeDeliveryFailed>(envelope.event)) {
        ++sent.failed;
      }
    }
  }
  return sent;
}

// The gateway alone: as many messages in flight, and nothing else.
double gateway_per_second(consumers::sms::Gateway& gateway, std::size_t in_flight, std::size_t count) {
  consumers::sms::SendPool pool{gateway, in_flight};
  std::counting_semaphore<> answered{0};
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    consumers::sms::Message message{.to = "+31612345678",
                                    .text = platform::Secret::from_text("Your code is 123456"),
                                    .reference = std::to_string(i)};
    consumers::sms::SendPool::Done done = [&](const consumers::sms::Outcome&) { answered.release(); };
    if (!pool.send(message, done, {})) std::exit(1);
  }
  for (std::size_t i = 0; i < count; ++i) answered.acquire();
  return static_cast<double>(count) / seconds_since(begin);
}

std::unique_ptr<consumers::sms::Gateway> gateway_of(const SeededService& service) {
  return or_give_up(consumers::sms::choose_gateway(service.settings(), service.clock()));
}

int run(const Arguments& arguments) {
  tests::Provider provider{[](const tests::ReceivedRequest&) { return tests::Reply{200, R"({"id":"m1"})", {}}; }};
  SeededService service{[&](platform::Settings& settings) {
    auto& gateway = static_cast<platform::FirstSmsGateway&>(settings);
    gateway.kind = "http";
    gateway.url = provider.url("/messages");
    gateway.body = R"({"to":"{to}","text":"{text}"})";
  }};
  const std::size_t count = arguments.small ? 10'000 : 60'000;
  const std::size_t in_flight = static_cast<std::size_t>(service.settings().sms_in_flight);
  const eventstore::Log& log = service.services().partition.log();
  const auto people = service.seed(2 * count, {.method = domain::Method::Sms}, kPassword);
  const auto requests = step_ups(people);
  const auto middle = requests.begin() + static_cast<std::ptrdiff_t>(count);

  // A backlog, then the sender.
  const std::uint64_t before = log.head().position;
  must_all_be_good(run_load(service.port(), {requests.begin(), middle}, 64));
  const auto begin = Clock::now();
  auto senders = service.start_senders(gateway_of(service));
  const Sent backlog = wait_until_sent(log, before, count);
  const double sent_per_second = static_cast<double>(count) / seconds_since(begin);
  const double alone = gateway_per_second(*gateway_of(service), in_flight, count);

  // And a steady stream.
  const std::uint64_t steady_from = log.head().position;
  must_all_be_good(run_load(service.port(), {middle, requests.end()}, 64, kWantedPerSecond));
  Sent steady = wait_until_sent(log, steady_from, count);
  senders.reset();

  std::printf("### Sending codes to a local HTTP gateway, %zu in flight\n\n", in_flight);
  std::printf("| what | /s | the gateway alone /s | ratio | failed |\n| --- | --: | --: | --: | --: |\n");
  std::printf("| a backlog of %zu codes | %.0f | %.0f | %.2f | %zu |\n\n", count, sent_per_second, alone,
              sent_per_second / alone, backlog.failed);
  std::printf(
      "At %.0f codes a second over %.0f s, from the code's event to the event that it was taken: p50 %.1f ms, "
      "p99 %.1f ms, longest %.1f ms; %zu tries failed.\n",
      kWantedPerSecond, static_cast<double>(count) / kWantedPerSecond, steady.percentile_ms(0.5),
      steady.percentile_ms(0.99), steady.percentile_ms(1), steady.failed);
  if (!arguments.json_file.empty()) {
    std::ofstream{arguments.json_file} << ordered_json{{"sent_per_second", sent_per_second},
                                                       {"gateway_per_second", alone},
                                                       {"ratio", sent_per_second / alone},
                                                       {"steady_p50_ms", steady.percentile_ms(0.5)},
                                                       {"steady_p99_ms", steady.percentile_ms(0.99)}}
                                              .dump(2)
                                       << '\n';
  }
  return 0;
}

}  // namespace
}  // namespace tweestap::load

int main(int argc, char** argv) { return tweestap::load::run(tweestap::load::read_arguments(argc, argv)); }
