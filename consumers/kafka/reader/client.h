#pragma once
// A client of librdkafka with the properties that the rules need.
#include <tweestap/reader.h>

#include <atomic>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "consumers/kafka/reader/handles.h"

namespace tweestap::reader {

/// A client that begins to connect on its own. Invalid with the name of a property that is not to be set or that
/// librdkafka does not take, and never with its value. Any thread.
[[nodiscard]] std::expected<KafkaHandle<rd_kafka_t>, Failure> make_client(const Options& options);

/// How librdkafka's error becomes ours: Invalid for what only an operator can mend, Unavailable for the rest. Any
/// thread.
[[nodiscard]] Failure failure_of(rd_kafka_resp_err_t error, std::string_view doing);

/// How many Kafka partitions the topic has. Waits ten seconds for the brokers, or less after a stop. Invalid where
/// there is no such topic.
[[nodiscard]] std::expected<std::int32_t, Failure> count_partitions(rd_kafka_t* client, rd_kafka_topic_t* topic,
                                                                    const std::atomic<bool>& stopping);

}  // namespace tweestap::reader
