#include "consumers/log_search.h"

namespace tweestap::consumers {

using platform::Failure;

std::expected<std::uint64_t, Failure> last_position_until(const eventstore::Log& log, domain::Time time) {
  std::uint64_t low = 0;
  std::uint64_t high = log.head().position;
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    const auto record = log.at(middle);
    if (!record) return std::unexpected(record.error());
    if (!*record) return std::unexpected(Failure{Failure::Kind::Damaged, "the log has a gap"});
    const auto head = eventstore::scan_head((*record)->envelope);
    if (!head) return std::unexpected(head.error());
    if (head->time <= time) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace tweestap::consumers
