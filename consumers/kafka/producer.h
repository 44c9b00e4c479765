#pragma once
// Hands records to the brokers and hears what became of them. Only for consumers/kafka/ and its tests.
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "consumers/kafka/handles.h"
#include "consumers/kafka/stream_record.h"
#include "platform/failure.h"

namespace tweestap::consumers::kafka {

/// An idempotent producer for one topic. Each Kafka partition gets its records in the order of handing over, once and
/// without a gap, as long as this object lives: the first record that cannot be delivered stops it. Trouble that passes
/// (no broker, a leader that moves) is librdkafka's to wait out, however long it takes. Thread rule: one thread.
class Producer {
 public:
  /// A record that is in the topic, on every replica in sync.
  struct Delivered {
    std::uint64_t position = 0;
    std::int32_t partition = 0;
    std::int64_t offset = -1;  ///< -1: not known
  };
  /// What was heard since the last time.
  struct News {
    std::vector<Delivered> delivered;
    /// The producer gave up: nothing of what is on its way is certain, and nothing more is taken.
    std::optional<platform::Failure> gave_up;
    /// Trouble that may pass, for whoever looks why nothing moves.
    std::optional<platform::Failure> trouble;
  };

  [[nodiscard]] static std::expected<std::unique_ptr<Producer>, platform::Failure> create(
      const platform::Settings& settings);
  /// Forgets what is on its way, whatever becomes of it.
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  /// Copies the record; there is room for twice kInFlightMax of them. A failure: this record cannot be sent, and
  /// nothing behind it may be.
  [[nodiscard]] std::expected<void, platform::Failure> hand_over(const StreamRecord& record, std::uint64_t position,
                                                                 std::int32_t partition);
  /// What was heard; waits at most `patience` where that is nothing.
  [[nodiscard]] News listen(std::chrono::milliseconds patience);
  /// The offset behind the last record of a Kafka partition. Waits at most `patience`.
  [[nodiscard]] std::expected<std::int64_t, platform::Failure> end_of(std::int32_t partition,
                                                                      std::chrono::milliseconds patience) const;
  /// As kafka::partition_count(), to see whether it has changed.
  [[nodiscard]] std::expected<std::size_t, platform::Failure> partition_count(std::chrono::milliseconds patience) const;

 private:
  Producer(Handle<rd_kafka_t> client, Handle<rd_kafka_topic_t> topic);
  [[nodiscard]] std::optional<platform::Failure> why_it_gave_up() const;
  void hear(rd_kafka_event_t* event, News& news) const;
  void hear_reports(rd_kafka_event_t* event, News& news) const;

  Handle<rd_kafka_t> client_;
  Handle<rd_kafka_topic_t> topic_;    // before its client
  Handle<rd_kafka_queue_t> reports_;  // likewise
};

}  // namespace tweestap::consumers::kafka
