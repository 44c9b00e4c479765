#pragma once
// Looks at the end of a topic. Only for consumers/kafka/ and its tests.
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

#include "consumers/kafka/handles.h"
#include "consumers/kafka/topic_tails.h"
#include "platform/failure.h"

namespace tweestap::consumers::kafka {

/// As many records of a Kafka partition are looked at: more than are on their way at a time, so that the newest of ours
/// is among them unless somebody else writes there; a second of reading.
inline constexpr std::int64_t kTailRecordsMax = 32'768;

/// Reads without a group and stores no offset. Thread rule: one thread.
class TopicReader {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<TopicReader>, platform::Failure> create(
      const platform::Settings& settings);

  /// How many Kafka partitions the topic has. Invalid where there is no such topic; Unavailable where the brokers do
  /// not answer for some seconds, or a stop was asked for: that ends it within half a second, three where brokers
  /// neither answer nor refuse.
  [[nodiscard]] std::expected<std::size_t, platform::Failure> partition_count(const std::stop_token& stop);

  /// Shows the newest records to `search`, piece by piece backwards, until it is settled or there are no more to be
  /// looked at, and the one at offset 0 where it is still there. Unavailable where the brokers do not answer for some
  /// seconds, or a stop was asked for.
  [[nodiscard]] std::expected<Tail, platform::Failure> read_tail(std::int32_t partition, TailSearch search,
                                                                 const std::stop_token& stop);

 private:
  TopicReader(Handle<rd_kafka_t> client, Handle<rd_kafka_topic_t> topic);
  void hear_errors(int patience_ms);
  [[nodiscard]] platform::Failure no_answer(std::string_view doing);
  std::expected<void, platform::Failure> read_piece(std::int32_t partition, std::int64_t from, std::int64_t until,
                                                    TailSearch& search, const std::stop_token& stop);

  Handle<rd_kafka_t> client_;
  Handle<rd_kafka_topic_t> topic_;
  Handle<rd_kafka_queue_t> errors_;
  std::optional<platform::Failure> heard_;  // what the client met last
};

}  // namespace tweestap::consumers::kafka
