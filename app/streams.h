#pragma once
// What streams events to elsewhere, beside the front doors.
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/core.h"
#include "consumers/kafka/relay.h"
#include "http/routes/health.h"

namespace tweestap::app {

/// The relay to Kafka; without `kafka.brokers` there is none. Thread rule: made and stopped by one thread; progress()
/// and stream() any.
class Streams {
 public:
  /// Before anything is stored by this process, so that a log which lost events is found before it grows over what is
  /// missing: waits at most five seconds for the topic to be compared with it. `on_lost_events` ends the process with
  /// status 3, now or when brokers answer later. `core` and `around` outlive it.
  [[nodiscard]] static std::unique_ptr<Streams> start(Core& core, const Surroundings& around,
                                                      std::function<void(const platform::Failure&)> on_lost_events);

  /// As Relay::stop(). Before the core stops: how far it got has to be stored.
  void stop();
  [[nodiscard]] std::vector<http::FollowerProgress> progress() const;
  [[nodiscard]] std::optional<http::StreamProgress> stream() const;

 private:
  explicit Streams(const platform::Clock& clock) : clock_(clock) {}

  const platform::Clock& clock_;
  std::unique_ptr<consumers::kafka::Relay> relay_;
};

}  // namespace tweestap::app
