#pragma once
// A client of librdkafka with the properties that the rules need.
#include <tweestap/reader.h>

#include <cstdint>
#include <expected>
#include <optional>
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

/// The same of a topic that was there when the reader began: where it is gone it says so, and what to do, for
/// librdkafka's "Unknown partition" sends nobody to who deleted it. Any thread.
[[nodiscard]] Failure failure_while_reading(rd_kafka_resp_err_t error, std::string_view doing);

/// What an event of the kind RD_KAFKA_EVENT_ERROR says, judged as failure_while_reading() does. Nothing for one that
/// says only that all brokers are gone: it comes behind each one's own reason, and would hide it. Any thread.
[[nodiscard]] std::optional<Failure> heard(rd_kafka_event_t* event);

/// How many Kafka partitions the topic has. Waits ten seconds for the brokers; Unavailable with what was heard of them
/// meanwhile. Invalid where there is no such topic, or where they do not let it in.
[[nodiscard]] std::expected<std::int32_t, Failure> count_partitions(rd_kafka_t* client, rd_kafka_topic_t* topic);

}  // namespace tweestap::reader
