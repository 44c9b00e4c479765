#pragma once
// The past, looked at with any thresholds: nothing is stored and nobody is told.
#include <cstdint>
#include <expected>
#include <functional>
#include <span>
#include <vector>

#include "consumers/detection/detector.h"
#include "consumers/detection/rules.h"
#include "domain/alert/events.h"
#include "eventstore/envelope.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::consumers::detection {

/// Decodes a record where a detector does something with its type; false where none does, and then `into` is as it was.
[[nodiscard]] std::expected<bool, platform::Failure> read_for_detection(const eventstore::Record& record,
                                                                        eventstore::Envelope& into);
/// What a detector has to know of it; as long as `envelope` is there.
[[nodiscard]] inline Happened happened(const eventstore::Envelope& envelope) {
  return {envelope.position, envelope.time, envelope.subject, envelope.actor, envelope.event};
}

/// Which part of the log: both positions belong to it.
struct Stretch {
  std::uint64_t from = 1;
  std::uint64_t to = 0;
};

/// Alerts that a replay keeps of one set of thresholds, of some 100 bytes; a comparison copies each once. With more of
/// them the thresholds are no alarms.
inline constexpr std::size_t kAlertsKeptMax = 100'000;

/// What events of the stretch raise with each of `thresholds`, as the service would have raised it: it begins to read
/// as far before the stretch as the thresholds need. Invalid where it is more than `alerts_max`; else it fails as the
/// store does. `progress` hears how much of how much is read. One thread.
[[nodiscard]] std::expected<std::vector<std::vector<domain::AlertRaised>>, platform::Failure> replay(
    const eventstore::Log& log, Stretch stretch, std::span<const Thresholds> thresholds,
    const std::function<void(std::uint64_t done, std::uint64_t all)>& progress,
    std::size_t alerts_max = kAlertsKeptMax);

/// What other thresholds would change.
enum class Change : std::uint8_t { Same, Added, Gone };
struct Compared {
  domain::AlertRaised alert;  // with the other thresholds, unless it is gone
  Change change{};
};

/// In the order of positions, as both have to be. Two alerts are the same where rule and whom they are about are, and
/// the times that they count meet: a higher threshold raises the same alert a little later. Each is the same as one at
/// most.
[[nodiscard]] std::vector<Compared> compare(const std::vector<domain::AlertRaised>& today,
                                            const std::vector<domain::AlertRaised>& other);

}  // namespace tweestap::consumers::detection
