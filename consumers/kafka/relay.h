#pragma once
// Brings every event of the log to a Kafka topic, in order, once, and never in the way of a login.
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "consumers/kafka/contact.h"
#include "consumers/kafka/delivery_window.h"
#include "consumers/kafka/mac_keys.h"
#include "consumers/kafka/relay_metrics.h"
#include "consumers/kafka/stream_record.h"
#include "consumers/kafka/topic_tails.h"
#include "eventstore/log.h"
#include "eventstore/partition.h"
#include "platform/clock.h"
#include "platform/failure.h"
#include "platform/logging.h"
#include "platform/metrics.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::kafka {

class Producer;

/// How the stream stands.
struct RelayStatus {
  enum class State : std::uint8_t {
    Connecting,  ///< the topic was not looked at yet, or not again since the producer was lost
    Streaming,
    Stopped,  ///< until somebody does what `advice` says; it looks again now and then
  };
  State state = State::Connecting;
  std::uint64_t position = 0;  ///< everything up to here is in the topic
  std::uint64_t lag_events = 0;
  std::int64_t lag_us = 0;  ///< age of the oldest event that is not in the topic
  std::size_t in_flight = 0;
  std::string last_error;                    ///< since the start; empty: none
  std::int64_t last_error_monotonic_us = 0;  ///< Clock::monotonic_us() when it was met
  std::string advice;
};

/// The log is the outbox: there is no second table, only a cursor. What is in the topic already is known from the
/// topic's own end, so neither a crash nor a producer that gave up doubles or loses anything. Everything that the
/// brokers do or leave undone happens on a thread of its own. Thread rule: made and stopped by one thread; status() and
/// wait_for_contact() any.
class Relay {
 public:
  /// Each part outlives the relay.
  struct Parts {
    eventstore::Partition& partition;
    const platform::Settings& settings;  ///< of [kafka]; check_settings() found them good
    const platform::Clock& clock;
    platform::Metrics& metrics;
    platform::Log& log;
    MacKeys keys;
    /// The topic has acknowledged events that the log has lost: the process has to end with status 3. From the relay's
    /// thread, once; nothing is sent any more.
    std::function<void(const platform::Failure&)> on_lost_events;
    /// How often it asks how many Kafka partitions there are, to the second. More often would be a request more than
    /// the answer is worth.
    std::chrono::milliseconds count_partitions_every{60'000};
  };

  explicit Relay(Parts parts);
  /// As stop().
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  /// Whether the topic has been compared with the log within `patience`, so that a service whose brokers answer does
  /// not open its doors over a log that lost events, and one whose brokers do not is not held up.
  [[nodiscard]] bool wait_for_contact(std::chrono::milliseconds patience) const;
  /// Within a second; within four where brokers are asked for the topic's end or its settings and neither answer nor
  /// refuse. What is on its way then is found in the topic at the next start, and what is not sent yet goes out then.
  void stop();

  [[nodiscard]] const std::string& topic() const { return parts_.settings.kafka_topic; }
  [[nodiscard]] RelayStatus status() const;

 private:
  void run(const std::stop_token& stop);
  void stop_because_of(const std::exception& thrown);
  bool begin(const std::stop_token& stop);
  std::expected<Contact, platform::Failure> look_until_it_stands_still(const std::stop_token& stop);
  void look_for_dangers_once();
  void judge(const Contact& contact);
  void adopt(const GoOn& go_on);
  void alarm_of_lost_records(std::int32_t partition);
  void stream(const std::stop_token& stop);
  bool hand_over_what_fits();
  bool hand_over(const eventstore::Record& record);
  bool listen(std::chrono::milliseconds patience);
  bool read_on(std::chrono::milliseconds patience, const std::stop_token& stop);
  void let_the_rest_arrive();
  bool tick();
  void store_cursor();
  bool partition_count_stays();
  bool topic_still_ends_where_it_did();
  void show_position();
  void show_figures();
  void hold_back(std::chrono::milliseconds pause, const std::stop_token& stop);
  void met(const platform::Failure& failure);

  Parts parts_;
  const RelayMetrics metrics_;

  // The relay's thread alone.
  std::unique_ptr<Producer> producer_;
  std::vector<std::int64_t> ends_;    // of each Kafka partition at least; what is acknowledged lies before
  std::size_t looked_at_end_of_ = 0;  // the partition
  std::optional<DeliveryWindow> window_;
  std::vector<eventstore::Record> page_;  // read, and from next_ on not handed over yet
  std::size_t next_ = 0;
  StreamRecord record_;
  std::uint64_t stored_cursor_ = 0;
  bool looked_for_dangers_ = false;
  bool lost_events_ = false;    // nothing is sent any more
  std::uint32_t failures_ = 0;  // in a row, without anything delivered
  std::int64_t ticked_us_ = 0;
  std::int64_t counted_us_ = 0;
  std::int64_t told_us_ = 0;  // when the operator heard of trouble last; 0: not since something was delivered

  mutable std::mutex mutex_;
  mutable std::condition_variable compared_changed_;
  bool compared_ = false;  // this and what follows under mutex_
  RelayStatus status_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace tweestap::consumers::kafka
