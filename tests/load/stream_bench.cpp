#include "tests/load/stream_bench.h"

#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "tests/load/give_up.h"

namespace tweestap::load {
namespace {

using namespace std::chrono_literals;
using consumers::kafka::Relay;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kAccounts = 5'000;
constexpr auto kPatience = 5min;

}  // namespace

consumers::kafka::MacKeys stream_keys() {
  consumers::kafka::MacKeys keys;
  keys.emplace(1, platform::Secret::from_text("a key of the bench, thirty-two by"));
  return keys;
}

StreamedLog::StreamedLog() : day_(kAccounts) {
  tests::PlayStore::Options options;
  options.wal_bytes = std::uint64_t{128} << 20;
  options.decider = &decider_;
  or_give_up(store_.open(options));
}

void StreamedLog::grow_to(std::uint64_t events) {
  while (head() < events) {
    or_give_up(partition().submit(scripted(some(eventstore::kEventsPerDecisionMax))));
  }
}

void StreamedLog::start_relay(platform::Settings settings) {
  settings_ = std::move(settings);
  relay_ = std::make_unique<Relay>(
      Relay::Parts{.partition = partition(),
                   .settings = settings_,
                   .clock = clock_,
                   .metrics = metrics_,
                   .log = log_,
                   .keys = stream_keys(),
                   .on_lost_events = [](const platform::Failure& failure) { give_up(failure.reason); }});
  if (!relay_->wait_for_contact(30s)) give_up("the broker does not answer the relay");
}

void StreamedLog::wait_until_relayed() {
  const auto until = Clock::now() + kPatience;
  for (const std::uint64_t wanted = head(); relay_->status().position < wanted; std::this_thread::sleep_for(1ms)) {
    if (Clock::now() > until) give_up("the relay does not get on: " + relay_->status().last_error);
  }
}

// Why there is none it has told itself.
StreamBroker::StreamBroker() {
  if (broker_.address().empty()) std::exit(1);
}

platform::Settings StreamBroker::new_topic(const std::string& name) const {
  broker_.make_topic(name, kPartitions);
  return broker_.settings(name);
}

std::unique_ptr<reader::Reader> StreamBroker::open_reader(const std::string& topic) const {
  reader::Options options;
  options.brokers = broker_.address();
  options.topic = topic;
  auto opened = reader::Reader::create(std::move(options));
  if (!opened) give_up(opened.error().reason);
  return std::move(*opened);
}

reader::Delivery next_of(reader::Reader& reader) {
  auto next = reader.next(60s);
  if (!next) give_up(next.error().reason);
  if (!*next) give_up("the reader waited a minute for an event");
  return std::move(**next);
}

}  // namespace tweestap::load
