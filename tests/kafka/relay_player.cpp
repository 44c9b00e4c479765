// The process that is killed (relay_player.h).
#include "tests/kafka/relay_player.h"

#include <unistd.h>

#include <chrono>
#include <iostream>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "consumers/kafka/relay.h"
#include "tests/kafka/relay_fixture.h"
#include "tests/support/eventstore_play.h"

namespace tweestap::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kClients = 2;
constexpr std::size_t kEventsMax = 12;  // of one command, so that some are half sent when it is killed
constexpr auto kPace = 2ms;             // of the load and of the looks at the relay: nothing waits for it

// What cannot be said ends the process; its parent then finds that nobody killed it.
void say(int to_parent, const RelaySaid& said) {
  if (::write(to_parent, &said, sizeof said) != sizeof said) ::_exit(5);
}

}  // namespace

[[noreturn]] void relay_until_killed(const RelayPlay& play) {
  PlayStore store{play.data};
  PlayStore::Options options;
  options.wal_bytes = std::uint64_t{2} << 20;  // small, so that kills meet flushes too
  if (const auto opened = store.open(options); !opened) {
    std::cerr << "the child could not open: " << opened.error().reason << '\n';
    ::_exit(3);
  }
  platform::Settings settings;
  settings.kafka_brokers = play.brokers;
  settings.kafka_topic = play.topic;
  platform::SystemClock clock;
  platform::Metrics metrics;
  platform::Log log{platform::Log::Format::Json, platform::LogLevel::Error,
                    [](std::string_view line) { std::cerr << line; }};
  const std::uint64_t before = store.head();
  consumers::kafka::Relay relay{consumers::kafka::Relay::Parts{.partition = store.partition(),
                                                               .settings = settings,
                                                               .clock = clock,
                                                               .metrics = metrics,
                                                               .log = log,
                                                               .keys = consumers::kafka::RelayFixture::keys(),
                                                               .on_lost_events = [](const platform::Failure& failure) {
                                                                 std::cerr << failure.reason << '\n';
                                                                 ::_exit(6);
                                                               }}};
  std::vector<std::jthread> clients;
  for (std::uint64_t client = 0; client < kClients; ++client) {
    clients.emplace_back([&, client] {
      std::mt19937_64 random{play.seed * kClients + client};
      for (;;) {
        Play one;
        one.subject = subject(1 + random() % kSubjects);
        one.events = 1 + random() % kEventsMax;
        const auto from = std::chrono::steady_clock::now();
        const auto stored = store.play(std::move(one), random());
        const auto took = std::chrono::steady_clock::now() - from;
        if (!stored) ::_exit(4);
        say(play.to_parent, {.what = RelaySaid::What::Stored,
                             .position = stored->first_position + stored->count - 1,
                             .took_us = std::chrono::duration_cast<std::chrono::microseconds>(took).count()});
        std::this_thread::sleep_for(kPace);
      }
    });
  }
  // What it streamed itself, and not what an earlier one did.
  bool compared = false;
  for (std::uint64_t streamed = before;;) {
    if (!compared && relay.wait_for_contact(0ms)) {
      compared = true;
      say(play.to_parent, {.what = RelaySaid::What::Compared, .position = streamed});
    }
    const std::uint64_t now = relay.status().position;
    if (now > streamed) say(play.to_parent, {.what = RelaySaid::What::Streamed, .position = streamed = now});
    std::this_thread::sleep_for(kPace);
  }
}

}  // namespace tweestap::tests
