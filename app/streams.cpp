#include "app/streams.h"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "consumers/kafka/contact.h"

namespace tweestap::app {
namespace {

using consumers::kafka::Relay;
using consumers::kafka::RelayStatus;

constexpr std::chrono::seconds kContactPatience{5};

std::string_view name_of(RelayStatus::State state) {
  switch (state) {
    case RelayStatus::State::Connecting:
      return "connecting";
    case RelayStatus::State::Streaming:
      return "streaming";
    case RelayStatus::State::Stopped:
      return "stopped";
  }
  return {};
}

}  // namespace

std::unique_ptr<Streams> Streams::start(Core& core, const Surroundings& around,
                                        std::function<void(const platform::Failure&)> on_lost_events) {
  std::unique_ptr<Streams> streams{new Streams{around.clock}};
  if (around.settings.kafka_brokers.empty()) return streams;
  streams->relay_ = std::make_unique<Relay>(Relay::Parts{.partition = core.partition(),
                                                         .settings = around.settings,
                                                         .clock = around.clock,
                                                         .metrics = around.metrics,
                                                         .log = around.log,
                                                         .keys = core.keys().stream_mac_keys(),
                                                         .on_lost_events = std::move(on_lost_events)});
  if (!streams->relay_->wait_for_contact(kContactPatience)) {
    around.log.write(
        platform::LogLevel::Warning, "stream.not_compared",
        {{"topic", streams->relay_->topic()},
         {"advice", "the log was not compared with the topic within " + std::to_string(kContactPatience.count()) +
                        " s, for the reason that stream.trouble gives, and is when that is over"}});
  }
  return streams;
}

void Streams::stop() {
  if (relay_) relay_->stop();
}

std::vector<http::FollowerProgress> Streams::progress() const {
  if (!relay_) return {};
  return {{std::string{consumers::kafka::kRelayName}, relay_->status().position}};
}

std::optional<http::StreamProgress> Streams::stream() const {
  if (!relay_) return std::nullopt;
  RelayStatus status = relay_->status();
  return http::StreamProgress{
      .state = std::string{name_of(status.state)},
      .topic = relay_->topic(),
      .position = status.position,
      .lag_events = status.lag_events,
      .lag_us = status.lag_us,
      .in_flight = status.in_flight,
      .last_error = std::move(status.last_error),
      .last_error_ago_us = clock_.monotonic_us() - status.last_error_monotonic_us,
      .advice = std::move(status.advice),
  };
}

}  // namespace tweestap::app
