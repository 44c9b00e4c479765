#pragma once
// Whether a store still holds everything that was acknowledged. Only for eventstore/ and its tests.
#include <cstdint>
#include <expected>

#include "eventstore/log.h"
#include "eventstore/recovery_floor.h"
#include "eventstore/storage.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// The newest events that opening reads and hashes again; older damage is found when it is read. A thousand cost a few
/// milliseconds and cover what the last seconds before a crash wrote.
inline constexpr std::uint64_t kEventsReadAtOpening = 1000;
/// Up to this much, opening compares the checksum of every block of every table file, which takes half a second; a
/// larger store is checked block by block as it is read.
inline constexpr std::uint64_t kTableBytesCheckedAtOpening = std::uint64_t{128} << 20;

/// Damaged where events up to the floor are missing (the sentence names their positions) or are others; where head,
/// tree and the newest events do not fit each other; where a checksum is wrong. Changes nothing.
[[nodiscard]] std::expected<void, platform::Failure> check_floor(const Storage& storage, const Head& head,
                                                                 const Floor& floor);
[[nodiscard]] std::expected<void, platform::Failure> check_content(const Storage& storage, const Head& head);

}  // namespace tweestap::eventstore
