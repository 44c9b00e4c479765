#pragma once
// The events that one record says are missing before it.
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/kafka/reader/feed.h"
#include "consumers/kafka/reader/record.h"
#include "consumers/kafka/reader/sequence.h"

namespace tweestap::reader {

/// Fetches them page by page. The service gives the log, and the Kafka partition's part of it is what the key's hash
/// says; that the last event found is the one that `prevposition` names shows that both mean the same. Thread rule: one
/// thread.
class MissingEvents {
 public:
  /// Of the Kafka partition `partition` of `partitions`, before `record`, as judge() found.
  MissingEvents(Missing missing, std::int32_t partition, std::int32_t partitions, std::string log)
      : missing_(missing),
        partition_(partition),
        partitions_(partitions),
        log_(std::move(log)),
        scanned_to_(missing.after),
        found_to_(missing.after) {}

  /// The next of them, at most kPageEventsMax positions further. Gap where the service has not what should be there;
  /// otherwise as Feed::read(). After a failure it may be called again, and nothing is given twice.
  [[nodiscard]] std::expected<std::vector<Event>, Failure> fetch(Feed& feed);
  /// Whether all were given.
  [[nodiscard]] bool complete() const { return scanned_to_ >= missing_.until; }

 private:
  [[nodiscard]] std::expected<std::vector<Event>, Failure> take(Page page);
  [[nodiscard]] Failure gap(std::string_view what) const;

  Missing missing_;
  std::int32_t partition_;
  std::int32_t partitions_;
  std::string log_;
  std::uint64_t scanned_to_;
  std::uint64_t found_to_;  // the last one that was given
};

}  // namespace tweestap::reader
