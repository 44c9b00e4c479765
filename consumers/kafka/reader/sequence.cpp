#include "consumers/kafka/reader/sequence.h"

namespace tweestap::reader {

Verdict judge(const Read& read, std::string_view log, std::uint64_t position, std::uint64_t previous) {
  if (!read.position) return NextOne{};
  // A log that was restored has an id of its own, and its positions begin anew in every Kafka partition.
  const bool same_log = read.log.empty() || read.log == log;
  const std::uint64_t last = same_log ? *read.position : 0;
  if (position <= last) return Repeat{};
  if (previous == last) return NextOne{.new_log = !same_log};
  if (previous < last) return Contradiction{};
  return Missing{.after = last, .until = previous, .new_log = !same_log};
}

}  // namespace tweestap::reader
