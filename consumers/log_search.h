#pragma once
// Finding one's place in the log.
#include <concepts>
#include <cstdint>
#include <expected>
#include <utility>

#include "domain/all_events.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/envelope.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::consumers {

/// Whether the account's stream has an event behind `position` for which `is_it(event)`. Reads backwards from the
/// stream's end. Any thread.
template <std::predicate<const domain::Event&> IsIt>
[[nodiscard]] std::expected<bool, platform::Failure> happened_after(const eventstore::Log& log,
                                                                    const domain::AccountId& account,
                                                                    std::uint64_t position, IsIt is_it) {
  constexpr std::size_t kPage = 16;  // as a rule it is among the last few, or not there
  std::uint64_t before = 0;
  while (before != 1) {
    const auto page = log.stream_backwards(domain::Subject::of(account), before, {.count_max = kPage});
    if (!page) return std::unexpected(page.error());
    if (page->empty()) return false;
    for (const eventstore::Record& record : *page) {
      if (record.position <= position) return false;
      const auto envelope = eventstore::decode(record.envelope);
      if (!envelope) return std::unexpected(envelope.error());
      if (is_it(envelope->event)) return true;
      before = envelope->version;
    }
  }
  return false;
}

}  // namespace tweestap::consumers
