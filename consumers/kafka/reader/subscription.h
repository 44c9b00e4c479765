#pragma once
// The topic as records that come in, and as offsets that are kept; what they mean is not known here.
#include <tweestap/reader.h>

#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "consumers/kafka/reader/handles.h"
#include "consumers/kafka/reader/place.h"
#include "consumers/kafka/reader/record.h"
#include "consumers/kafka/reader/stored_places.h"

namespace tweestap::reader {

/// A record that came; `raw` points into `event`.
struct Arrival {
  KafkaHandle<rd_kafka_event_t> event;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  RawRecord raw;
};
/// In a group: this reader has these Kafka partitions now, and no others, and goes on there.
struct Assigned {
  std::vector<Place> places;
};
struct Nothing {};
using News = std::variant<Nothing, Arrival, Assigned, Failure>;

/// Reads all Kafka partitions of a topic, or those that a group gives it. Thread rule: one thread.
class Subscription {
 public:
  /// Waits for the brokers as count_partitions() does; reads nothing yet.
  [[nodiscard]] static std::expected<std::unique_ptr<Subscription>, Failure> open(const Options& options);
  /// Leaves the group, within three seconds.
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  [[nodiscard]] std::int32_t partitions() const { return partitions_; }

  /// Begins to read at these places, one for each Kafka partition.
  [[nodiscard]] std::expected<void, Failure> read_from(const std::vector<Place>& places);
  /// Begins to read what the group gives it; `otherwise` is where nothing is stored of a Kafka partition.
  [[nodiscard]] std::expected<void, Failure> join(const Place& otherwise);

  /// What comes within `timeout_ms`. A Failure that is Unavailable passes by itself, any other one does not. In a group
  /// Kafka partitions that it gives become Assigned once it is known where to go on, and whoever asks for that may wait
  /// longer (StoredPlaces::ask()).
  [[nodiscard]] News poll(int timeout_ms);

  /// What the group says while nobody wants records, at once: none comes from the first of these until the next poll(),
  /// and a rebalance is answered. A member that calls neither loses what it was given. Without a group there is
  /// nothing.
  [[nodiscard]] News answer_group();

  /// Stores in the group where to go on from. Unavailable where nobody said within ten seconds that it is stored.
  [[nodiscard]] std::expected<void, Failure> store(const std::vector<Place>& places);

 private:
  Subscription(const Options& options, KafkaHandle<rd_kafka_t> client, KafkaHandle<rd_kafka_topic_t> topic,
               std::int32_t partitions);
  News listen(int timeout_ms);
  void pause(bool paused);
  News rebalance(rd_kafka_event_t* event);
  News take_given();
  void leave();

  bool in_group_;
  Place otherwise_;
  KafkaHandle<rd_kafka_t> client_;
  KafkaHandle<rd_kafka_topic_t> topic_;  // before its client
  KafkaHandle<rd_kafka_queue_t> queue_;  // likewise
  std::optional<StoredPlaces> given_;    // likewise; what the group gave and waits to be told that it is taken
  std::int32_t partitions_;
  std::vector<std::int32_t> reading_;  // Kafka partitions: to be stopped, in a group to be paused
  bool paused_ = false;
  std::deque<Arrival> early_;  // came in spite of that
};

}  // namespace tweestap::reader
