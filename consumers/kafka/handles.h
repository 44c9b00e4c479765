#pragma once
// librdkafka lives behind this header. Only for consumers/kafka/ and its tests.
#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>

#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::kafka {

/// Frees what librdkafka made.
struct Free {
  void operator()(rd_kafka_conf_t* conf) const noexcept { rd_kafka_conf_destroy(conf); }
  void operator()(rd_kafka_t* client) const noexcept;
  void operator()(rd_kafka_topic_t* topic) const noexcept { rd_kafka_topic_destroy(topic); }
  void operator()(rd_kafka_queue_t* queue) const noexcept { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const noexcept { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_error_t* error) const noexcept { rd_kafka_error_destroy(error); }
  void operator()(rd_kafka_topic_partition_list_t* list) const noexcept { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(rd_kafka_headers_t* headers) const noexcept { rd_kafka_headers_destroy(headers); }
  void operator()(rd_kafka_message_t* message) const noexcept { rd_kafka_message_destroy(message); }
  void operator()(const rd_kafka_metadata_t* metadata) const noexcept { rd_kafka_metadata_destroy(metadata); }
  void operator()(rd_kafka_AdminOptions_t* options) const noexcept { rd_kafka_AdminOptions_destroy(options); }
  void operator()(rd_kafka_NewTopic_t* topic) const noexcept { rd_kafka_NewTopic_destroy(topic); }
  void operator()(rd_kafka_ConfigResource_t* resource) const noexcept { rd_kafka_ConfigResource_destroy(resource); }
};
template <class T>
using Handle = std::unique_ptr<T, Free>;

/// What a client is for.
enum class Role : std::uint8_t {
  Producer,  ///< sends events, once and in order
  Reader,    ///< looks at topics, without a group; also asks for their settings
};

/// A client that begins to connect on its own. Invalid where settings contradict each other or a file of theirs does
/// not read. Any thread.
[[nodiscard]] std::expected<Handle<rd_kafka_t>, platform::Failure> make_client(const platform::Settings& settings,
                                                                               Role role);

/// How librdkafka's error becomes ours: Invalid for what only an operator can mend (no such topic, not allowed, not
/// known to the brokers), Internal for what a library refuses that it always accepts, Unavailable for the rest.
[[nodiscard]] platform::Failure failure_of(rd_kafka_resp_err_t error, std::string_view doing,
                                           std::string_view more = {});

/// Whether an error event says why something does not work: that all brokers are gone comes behind each one's own
/// reason, and would hide it.
[[nodiscard]] inline bool says_why(rd_kafka_event_t* event) {
  return rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

/// A patience as librdkafka's functions take it.
[[nodiscard]] constexpr int timeout_ms(std::chrono::milliseconds patience) {
  return static_cast<int>(patience.count());
}

/// One of the ends of a Kafka partition: RD_KAFKA_OFFSET_BEGINNING gives the offset of its oldest record that is left,
/// RD_KAFKA_OFFSET_END that behind its newest. Waits at most `patience`. Not rd_kafka_query_watermark_offsets(), which
/// in librdkafka 2.0 does not come back while the broker is away, whatever its timeout.
[[nodiscard]] std::expected<std::int64_t, platform::Failure> end_of_partition(rd_kafka_t* client,
                                                                              std::string_view topic,
                                                                              std::int32_t partition,
                                                                              std::int64_t which,
                                                                              std::chrono::milliseconds patience);

/// How many Kafka partitions the topic has, waiting at most `patience` for an answer. Invalid where there is no such
/// topic.
[[nodiscard]] std::expected<std::size_t, platform::Failure> partition_count(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                                                            std::chrono::milliseconds patience);

}  // namespace tweestap::consumers::kafka
