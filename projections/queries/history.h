#pragma once
// One account's events for people: the login history.
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "domain/all_events.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/key_ring.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::projections {

/// What became of the personal members of an event.
enum class Personal : std::uint8_t {
  None,    // the event has none
  Closed,  // nobody asked to open them
  Opened,  // they stand in `event`
  Sealed,  // the ring has no key-encryption key
  Erased,  // the account's keys are destroyed
};

/// An event, decoded. Secret members are never opened here.
struct HistoryEvent {
  std::uint64_t position = 0;
  std::uint64_t version = 0;
  domain::Time time;
  domain::Event event;
  domain::Actor actor;
  domain::Correlation correlation;
  std::optional<domain::AccountId> on_behalf_of;
  Personal personal = Personal::None;
};

/// A page of history, newest first.
struct HistoryPage {
  std::vector<HistoryEvent> events;
  std::optional<std::uint64_t> before;  // position to ask the next page with; empty: there is none
};

/// The account's events before a position (0: from its newest on), at most `limit`. `ring` is nullptr where personal
/// members stay closed. Unavailable or Damaged. Any thread.
[[nodiscard]] std::expected<HistoryPage, platform::Failure> history(const eventstore::Log& log,
                                                                    const domain::AccountId& account,
                                                                    std::uint64_t before, std::size_t limit,
                                                                    const eventstore::KeyRing* ring);

/// One stored event, decoded, with its personal members opened where a ring is given.
[[nodiscard]] std::expected<HistoryEvent, platform::Failure> decode_record(const eventstore::Log& log,
                                                                           const eventstore::Record& record,
                                                                           const eventstore::KeyRing* ring);

}  // namespace tweestap::projections
