#pragma once
// What the parts of the bench of the stream stand on: a log with a relay, a broker, a reader.
#include <tweestap/reader.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "consumers/kafka/mac_keys.h"
#include "consumers/kafka/relay.h"
#include "consumers/kafka/topic_admin.h"
#include "domain/new_event.h"
#include "eventstore/partition.h"
#include "platform/clock.h"
#include "platform/logging.h"
#include "platform/metrics.h"
#include "platform/settings/settings.h"
#include "tests/kafka/broker.h"
#include "tests/load/cpu_time.h"
#include "tests/load/ordinary_day.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::load {

/// Of every topic here: as many as `kafka create-topic` makes.
inline constexpr std::int32_t kPartitions = consumers::kafka::TopicShape{}.partitions;

/// Those of every relay here.
[[nodiscard]] consumers::kafka::MacKeys stream_keys();

/// A log of its own with the events of an ordinary day, and what follows it to a topic. What does not get on ends the
/// process. Thread rule: one thread, but for partition().
class StreamedLog {
 public:
  StreamedLog();
  ~StreamedLog() { stop_relay(); }
  StreamedLog(const StreamedLog&) = delete;
  StreamedLog& operator=(const StreamedLog&) = delete;

  [[nodiscard]] eventstore::Partition& partition() { return store_.partition(); }
  [[nodiscard]] std::uint64_t head() { return store_.head(); }
  /// The day's next events, at most `count`.
  [[nodiscard]] std::vector<domain::NewEvent> some(std::size_t count) { return day_.some(count, {clock_.wall_us()}); }
  /// Until it has so many at least.
  void grow_to(std::uint64_t events);

  /// Until the topic was looked at.
  void start_relay(platform::Settings settings);
  void wait_until_relayed();
  void stop_relay() { relay_.reset(); }

 private:
  tests::TemporaryFolder folder_;
  ScriptedDecider decider_;
  tests::PlayStore store_{folder_.path() / "data"};
  OrdinaryDay day_;
  platform::SystemClock clock_;
  platform::Metrics metrics_;
  platform::Log log_{platform::Log::Format::Json, platform::LogLevel::Error};
  platform::Settings settings_;
  std::unique_ptr<consumers::kafka::Relay> relay_;
};

/// A broker, with a topic for each part. Ends the process where there is none. Thread rule: one thread.
class StreamBroker {
 public:
  StreamBroker();

  /// Settings that stream to it.
  [[nodiscard]] platform::Settings new_topic(const std::string& name) const;
  /// From the first event on.
  [[nodiscard]] std::unique_ptr<reader::Reader> open_reader(const std::string& topic) const;
  /// Seconds of CPU that it took so far.
  [[nodiscard]] double cpu_seconds() const { return cpu_seconds_of(broker_.pid()); }

 private:
  tests::KafkaBroker broker_;
};

/// The next event, which is there or about to come; ends the process where it does not come within a minute.
[[nodiscard]] reader::Delivery next_of(reader::Reader& reader);

}  // namespace tweestap::load
