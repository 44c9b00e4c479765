#pragma once
// Opening what an event keeps sealed, for whoever may see it.
#include <cstdint>
#include <expected>

#include "eventstore/envelope.h"
#include "eventstore/key_ring.h"
#include "eventstore/log.h"

namespace tweestap::eventstore {

/// Puts the sealed members of one class into `envelope.event`. True where there were some; false where this event has
/// none of that class. KeyTrouble Never or Locked: show them as sealed (or erased); Failed with Damaged: bytes beside
/// the event are not those it commits to. Any thread.
[[nodiscard]] std::expected<bool, KeyTrouble> open_members(const Log& log, const KeyRing& keys, SealedClass which,
                                                           Envelope& envelope);

/// The event at `position` with its members of one class opened, for whoever follows a row's position to it. Damaged
/// where there is no such event, or it has nothing of that class, or does not open; otherwise as the store or the ring
/// says. Any thread.
[[nodiscard]] std::expected<domain::Event, platform::Failure> open_event(const Log& log, const KeyRing& keys,
                                                                         std::uint64_t position, SealedClass which);

}  // namespace tweestap::eventstore
