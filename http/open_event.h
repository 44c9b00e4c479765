#pragma once
// An event of the log with what it keeps sealed, wherever the log and its keys come from: a service or a data folder.
#include <cstdint>
#include <expected>
#include <string>

#include "domain/all_events.h"
#include "eventstore/event_codec.h"
#include "eventstore/key_ring.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::http {

/// With its members of one class opened. Damaged where there is no such event or it does not open. The ring is
/// unlocked. Any thread.
[[nodiscard]] std::expected<domain::Event, platform::Failure> open_event(const eventstore::Log& log,
                                                                         const eventstore::KeyRing& ring,
                                                                         std::uint64_t position,
                                                                         eventstore::SealedClass sealed);

/// What is shown of the number in the event at `position`: `+31 6 ••••••16`. Likewise.
[[nodiscard]] std::expected<std::string, platform::Failure> open_phone_hint(const eventstore::Log& log,
                                                                            const eventstore::KeyRing& ring,
                                                                            std::uint64_t position);

}  // namespace tweestap::http
