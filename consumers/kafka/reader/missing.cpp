#include "consumers/kafka/reader/missing.h"

#include <algorithm>
#include <utility>

#include "consumers/kafka/partition_of.h"

namespace tweestap::reader {

std::expected<std::vector<Event>, Failure> MissingEvents::fetch(Feed& feed) {
  // Not beyond what is missing: the rest comes from the topic.
  const std::uint64_t limit = std::min<std::uint64_t>(kPageEventsMax, missing_.until - scanned_to_);
  auto page = feed.read(scanned_to_, static_cast<std::size_t>(limit));
  if (!page) return std::unexpected(std::move(page.error()));
  return take(std::move(*page));
}

std::expected<std::vector<Event>, Failure> MissingEvents::take(Page page) {
  if (page.scanned_to <= scanned_to_) return std::unexpected(gap("the service's log ends before it"));
  std::vector<Event> found;
  std::uint64_t position = scanned_to_;
  for (ParsedEvent& parsed : page.events) {
    Event& event = parsed.event;
    // Without a filter a page is the log itself, so what is not contiguous is not what was asked for.
    if (event.position != ++position || position > missing_.until) {
      return std::unexpected(gap("the service does not give the log"));
    }
    // What is of another log is not missing in this one. That the service has no other is looked at below.
    if (event.log != log_) continue;
    if (consumers::kafka::partition_of(event.subject, partitions_) == partition_) found.push_back(std::move(event));
  }
  if (position != page.scanned_to) return std::unexpected(gap("the service does not give the log"));
  const std::uint64_t last = found.empty() ? found_to_ : found.back().position;
  if (position >= missing_.until && last != missing_.until) {
    return std::unexpected(gap("by the topic's number of partitions, " + std::to_string(partitions_) +
                               ", the last of them belongs elsewhere, or the service has another log"));
  }
  scanned_to_ = position;
  found_to_ = last;
  return found;
}

Failure MissingEvents::gap(std::string_view what) const {
  return {Trouble::Gap, "events of Kafka partition " + std::to_string(partition_) + " between positions " +
                            std::to_string(found_to_) + " and " + std::to_string(missing_.until + 1) +
                            " are missing: " + std::string{what}};
}

}  // namespace tweestap::reader
