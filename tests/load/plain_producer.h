#pragma once
// What librdkafka does by itself with the relay's records: the limit for the relay, which reads a log and makes them.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/kafka/handles.h"
#include "consumers/kafka/stream_record.h"
#include "platform/settings/settings.h"

namespace tweestap::load {

/// A record that was made before. Its texts lie in `bytes`, which stays where it is when this is moved.
struct PreparedRecord {
  std::int32_t partition = 0;
  std::string bytes;
  std::string_view key;
  std::string_view value;
  std::vector<consumers::kafka::Header> headers;
};

/// A copy of what the relay would hand over.
[[nodiscard]] PreparedRecord prepare(const consumers::kafka::StreamRecord& record, std::int32_t partition);

/// A loop around librdkafka with the relay's own properties (idempotent, acks=all), and nothing else. Ends the process
/// where a record is not delivered. Thread rule: one thread.
class PlainProducer {
 public:
  /// Connects, and waits until the topic is known.
  explicit PlainProducer(const platform::Settings& settings);
  ~PlainProducer();
  PlainProducer(const PlainProducer&) = delete;
  PlainProducer& operator=(const PlainProducer&) = delete;

  /// Until the brokers have acknowledged all of them.
  void send(const std::vector<PreparedRecord>& records);

 private:
  [[nodiscard]] bool hand_over(const PreparedRecord& record);
  [[nodiscard]] std::size_t hear_reports();

  consumers::kafka::Handle<rd_kafka_t> client_;
  consumers::kafka::Handle<rd_kafka_topic_t> topic_;    // before its client
  consumers::kafka::Handle<rd_kafka_queue_t> reports_;  // likewise
};

}  // namespace tweestap::load
