#pragma once
// The rule of the cursor: what was handed to the producer, what is known to be in the topic, and where to go on from.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace tweestap::consumers::kafka {

/// Follows every event from the log to its delivery report. The cursor moves only over events that are known to be in
/// the topic without one missing before them, so whatever is lost with this object (a crash, a producer that gave up)
/// is handed over again from the cursor on; what is in the topic already is passed over then, by the last position of
/// each Kafka partition. That is enough because a Kafka partition gets its events in order and without a gap: the
/// producer is idempotent and stops at the first record it cannot deliver. Pure arithmetic. Thread rule: as a plain
/// value.
class DeliveryWindow {
 public:
  /// `cursor`: everything up to there is in the topic. `in_topic`: the last position of each Kafka partition, 0 where
  /// there is none of this log. `room`: how many events may be on their way, at least 1.
  DeliveryWindow(std::uint64_t cursor, std::vector<std::uint64_t> in_topic, std::size_t room);

  /// Whether another event may be taken.
  [[nodiscard]] bool has_room() const { return known_.size() < room_; }
  /// Takes the next event of the log, which belongs to `partition`. Its `prevposition` where it has to be handed over;
  /// nothing where it is in the topic already. Out of order, without room or beyond the partitions: bugs.
  [[nodiscard]] std::optional<std::uint64_t> take(std::uint64_t position, std::int32_t partition);
  /// A delivery report of success. False where no such event is on its way, or not to that Kafka partition in that
  /// order: then the producer cannot be believed, and whoever drives it begins again from the cursor.
  [[nodiscard]] bool delivered(std::uint64_t position, std::int32_t partition);

  /// Everything up to here is known to be in the topic.
  [[nodiscard]] std::uint64_t cursor() const { return cursor_; }
  /// The last event that was taken.
  [[nodiscard]] std::uint64_t taken() const { return cursor_ + known_.size(); }
  /// Events on their way: taken, and not known to be in the topic.
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
  /// The last position known to be in each Kafka partition; 0: none.
  [[nodiscard]] const std::vector<std::uint64_t>& in_topic() const { return in_topic_; }

 private:
  void move_cursor();

  std::uint64_t cursor_;
  std::deque<bool> known_;  // of the events behind the cursor: whether each is known to be in the topic
  std::size_t in_flight_ = 0;
  std::vector<std::uint64_t> in_topic_;
  std::vector<std::uint64_t> handed_over_;
  std::size_t room_;
};

}  // namespace tweestap::consumers::kafka
