#include "consumers/kafka/topic_tails.h"

#include <algorithm>
#include <utility>

#include "consumers/kafka/partition_of.h"

namespace tweestap::consumers::kafka {
namespace {

std::optional<StoreLostEvents> lost_by_the_store(std::uint64_t head, std::span<const Tail> tails) {
  std::optional<StoreLostEvents> lost;
  for (const Tail& tail : tails) {
    if (tail.position <= head && tail.as_stored) continue;
    if (!lost || tail.position > lost->position) lost = StoreLostEvents{tail.position, tail.position <= head};
  }
  return lost;
}

// The last position that counts as being there.
std::uint64_t position_in_topic(const Tail& tail, std::uint64_t acknowledged) {
  switch (tail.kind) {
    case Tail::Kind::Own:
      return tail.position;
    case Tail::Kind::None:
      return 0;
    case Tail::Kind::Removed:
      return acknowledged;  // it was there, and was removed when its time was over
    case Tail::Kind::Unclear:
      return 0;  // nothing was acknowledged there, or the verdict is Buried
  }
  return 0;
}

}  // namespace

void TailSearch::see(const RawRecord& raw) {
  const auto record = read_record(raw);
  if (!record) return;  // somebody else's, and as such no concern of ours
  if (!is_authentic(*record, topic_, partition_, keys_)) {
    if (record->log == log_) tail_.forged = std::max(tail_.forged, record->position);
    return;
  }
  if (record->log != log_) {
    older_log_ = true;
    return;
  }
  // It has a key: the one that its value asks for.
  tail_.misplaced = tail_.misplaced || partition_of(*raw.key, count_) != partition_;
  if (record->position > tail_.position) {
    tail_.position = record->position;
    tail_.value = record->value;
  }
}

void TailSearch::see_first(const RawRecord& raw) {
  const auto record = read_record(raw);
  if (!record || record->log != log_ || !is_authentic(*record, topic_, partition_, keys_)) return;
  tail_.begins_in_the_middle = record->previous > 0;
}

bool TailSearch::settled() const {
  if (acknowledged_ > 0) return tail_.position >= acknowledged_;
  return tail_.position > 0 || older_log_;
}

Tail TailSearch::finish(End end) && {
  if (end == End::Bound && !settled()) {
    tail_.kind = Tail::Kind::Unclear;
  } else if (tail_.position > 0) {
    tail_.kind = Tail::Kind::Own;
  } else {
    tail_.kind = end == End::Removed ? Tail::Kind::Removed : Tail::Kind::None;
  }
  return std::move(tail_);
}

TopicVerdict judge_tails(std::uint64_t head, std::uint64_t cursor, const RememberedTopic& remembered,
                         std::span<const Tail> tails) {
  if (tails.size() != remembered.acknowledged.size()) {
    return CountChanged{remembered.acknowledged.size(), tails.size()};
  }
  if (const auto lost = lost_by_the_store(head, tails)) return *lost;
  // The count of the first use is forgotten where another topic was streamed to since, and the records are not.
  if (std::ranges::any_of(tails, &Tail::misplaced)) return CountChanged{0, tails.size()};
  const auto middle = std::ranges::find(tails, true, &Tail::begins_in_the_middle);
  if (middle != tails.end()) return BeginsInTheMiddle{static_cast<std::int32_t>(middle - tails.begin())};
  GoOn go_on{.cursor = cursor, .in_topic = {}, .lost = {}, .forged = {}};
  for (std::size_t i = 0; i < tails.size(); ++i) {
    const auto partition = static_cast<std::int32_t>(i);
    const std::uint64_t acknowledged = remembered.acknowledged[i];
    if (tails[i].kind == Tail::Kind::Unclear && acknowledged > 0) return Buried{partition};
    const std::uint64_t there = position_in_topic(tails[i], acknowledged);
    if (there < acknowledged) {
      go_on.lost.push_back(partition);
      go_on.cursor = std::min(go_on.cursor, there);
    }
    if (tails[i].forged > head) go_on.forged.push_back(partition);
    go_on.in_topic.push_back(there);
  }
  // Whichever partition an event belongs to, up to there it is in the topic, whatever a stored cursor says.
  go_on.cursor = std::max(go_on.cursor, std::ranges::min(go_on.in_topic));
  return go_on;
}

}  // namespace tweestap::consumers::kafka
