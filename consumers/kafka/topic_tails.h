#pragma once
// What the last records of a topic say about the topic, and about the store.
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "consumers/kafka/mac_keys.h"
#include "consumers/kafka/remembered_topic.h"
#include "consumers/kafka/stream_record.h"
#include "domain/ids.h"

namespace tweestap::consumers::kafka {

/// What was found at the end of one Kafka partition, looking back from its newest record.
struct Tail {
  enum class Kind : std::uint8_t {
    Own,      ///< a record of this log with our mac
    None,     ///< none of this log, down to the partition's first record or to one that we wrote for an older log
    Removed,  ///< none of this log, down to where older records were removed by retention
    Unclear,  ///< what was acknowledged is not among as many records as are looked at
  };
  Kind kind = Kind::None;
  std::uint64_t position = 0;  ///< of the newest own record; 0 without one
  std::string value;           ///< its bytes
  bool as_stored = true;       ///< whether the store has exactly these bytes at that position; whoever reads both says
  /// The furthest position that a record of this log without our mac claims; 0: no such record.
  std::uint64_t forged = 0;
  /// Whether one of the own records that were looked at lies where another number of partitions puts it.
  bool misplaced = false;
  /// Whether the record at offset 0 is ours and not the first of its log there: those before it went to a topic of this
  /// name that was deleted.
  bool begins_in_the_middle = false;
  /// The offset of the next record, in no verdict: that others write moves it too.
  std::int64_t end = 0;
};

/// Looks at the records of one Kafka partition, newest ones first as far as that goes: Kafka is read forwards, so they
/// come in pieces, each piece in its order and before the older pieces. Only our mac makes a record count, for whoever
/// may write to the topic can write anything; and since that can be an old record of ours once more, the search goes on
/// until it has met what was acknowledged. Pure. Thread rule: as a plain value.
class TailSearch {
 public:
  /// `count`: how many Kafka partitions the topic has. `acknowledged`: the last position that this one had
  /// acknowledged, 0: none. What is given outlives it.
  TailSearch(const domain::LogId& log, std::string_view topic, std::int32_t partition, std::int32_t count,
             const MacKeys& keys, std::uint64_t acknowledged)
      : log_(log), topic_(topic), partition_(partition), count_(count), keys_(keys), acknowledged_(acknowledged) {}

  void see(const RawRecord& record);
  /// Also where see() was called for it: the record at offset 0, which every partition begins with.
  void see_first(const RawRecord& record);
  /// After a whole piece: whether older records cannot change the answer.
  [[nodiscard]] bool settled() const;

  /// Where the search ended, which settled() or one of these says.
  enum class End : std::uint8_t {
    FirstRecord,  ///< the partition's very first record was seen, or there is none
    Removed,      ///< the oldest record that is left was seen
    Bound,        ///< as many were seen as are looked at
  };
  [[nodiscard]] Tail finish(End end) &&;

 private:
  const domain::LogId& log_;
  std::string_view topic_;
  std::int32_t partition_;
  std::int32_t count_;
  const MacKeys& keys_;
  std::uint64_t acknowledged_;
  Tail tail_;
  bool older_log_ = false;  // saw one that we wrote for another log: ours begins behind it
};

/// The topic may be written to.
struct GoOn {
  std::uint64_t cursor = 0;             ///< to go on from
  std::vector<std::uint64_t> in_topic;  ///< the last position of each Kafka partition
  /// Kafka partitions that lost records which they had acknowledged; they are sent again. An alarm.
  std::vector<std::int32_t> lost;
  /// Kafka partitions with records of this log beyond its head that are not ours. An alarm and no more.
  std::vector<std::int32_t> forged;

  bool operator==(const GoOn&) const = default;
};
/// The topic has another number of partitions than at its first use: keys would change places.
struct CountChanged {
  std::size_t recorded = 0;  ///< 0: it is not remembered, and what lies there shows that it was another one
  std::size_t found = 0;

  bool operator==(const CountChanged&) const = default;
};
/// The topic has what we wrote and the store has not: acknowledged events are lost, as below the recovery floor.
struct StoreLostEvents {
  std::uint64_t position = 0;  ///< the furthest one
  bool differs = false;        ///< the store has another event at that position

  bool operator==(const StoreLostEvents&) const = default;
};
/// Behind what we wrote there are so many records of somebody else that ours were not found.
struct Buried {
  std::int32_t partition = 0;

  bool operator==(const Buried&) const = default;
};
/// The topic was deleted and made anew while it was streamed to, and what was on its way began it in the middle: what
/// is missing before that cannot be put there any more.
struct BeginsInTheMiddle {
  std::int32_t partition = 0;

  bool operator==(const BeginsInTheMiddle&) const = default;
};
using TopicVerdict = std::variant<GoOn, CountChanged, StoreLostEvents, Buried, BeginsInTheMiddle>;

/// Judges a topic before anything is sent to it. `head` is the store's last position, `cursor` the stored one,
/// `remembered` what is remembered of this topic (zeros where nothing is). Pure. Any thread.
[[nodiscard]] TopicVerdict judge_tails(std::uint64_t head, std::uint64_t cursor, const RememberedTopic& remembered,
                                       std::span<const Tail> tails);

}  // namespace tweestap::consumers::kafka
