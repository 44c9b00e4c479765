#pragma once
// librdkafka's handles. Only for consumers/kafka/reader/, which stands without the rest of consumers/kafka/.
#include <librdkafka/rdkafka.h>

#include <memory>

namespace tweestap::reader {

/// Frees what librdkafka made.
struct FreeKafka {
  void operator()(rd_kafka_conf_t* conf) const noexcept { rd_kafka_conf_destroy(conf); }
  /// Without leaving a group, which waits for brokers: Subscription does that within a bound.
  void operator()(rd_kafka_t* client) const noexcept {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
  void operator()(rd_kafka_topic_t* topic) const noexcept { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_queue_t* queue) const noexcept { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const noexcept { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_error_t* error) const noexcept { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_topic_partition_list_t* list) const noexcept { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(const rd_kafka_metadata_t* metadata) const noexcept { rd_kafka_metadata_destroy(metadata); }
};
template <class T>
using KafkaHandle = std::unique_ptr<T, FreeKafka>;

}  // namespace tweestap::reader
