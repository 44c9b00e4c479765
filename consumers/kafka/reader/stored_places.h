#pragma once
// Where a group goes on, as Kafka keeps it.
#include <tweestap/reader.h>

#include <chrono>
#include <expected>
#include <vector>

#include "consumers/kafka/reader/handles.h"
#include "consumers/kafka/reader/place.h"

namespace tweestap::reader {

/// Asks for the places of the Kafka partitions that a group gave to this reader, a short while at a time: between two
/// questions the group is answered and a stop is seen. Thread rule: one thread.
class StoredPlaces {
 public:
  /// `client`, a member of the group, outlives it. `otherwise` is where nothing is stored of one of them.
  StoredPlaces(rd_kafka_t* client, const rd_kafka_topic_partition_list_t* given, Place otherwise);

  /// Whether to ask now: a coordinator that is busy is not asked all the time.
  [[nodiscard]] bool is_due() const;
  /// The place of each. Waits 0.4 seconds; in vain, and each further time twice as long, up to 3.2, so that a network
  /// that is slower than that is only slow. A Failure that is Unavailable passes by itself: ask again. Any other one
  /// does not.
  [[nodiscard]] std::expected<std::vector<Place>, Failure> ask();

 private:
  rd_kafka_t* client_;
  KafkaHandle<rd_kafka_topic_partition_list_t> given_;
  Place otherwise_;
  std::chrono::milliseconds patience_{400};  // a stop is to be seen within half a second
  std::chrono::steady_clock::time_point due_;
};

}  // namespace tweestap::reader
