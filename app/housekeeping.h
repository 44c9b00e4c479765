#pragma once
// What has to be done because time went by, whether or not anybody asks for anything.
#include <chrono>
#include <optional>

#include "domain/time.h"
#include "eventstore/key_ring.h"
#include "platform/logging.h"

namespace tweestap::app {

/// Destroys the key of a day that codes by SMS were derived with, when its last code is over. Thread rule: one thread,
/// the one that waits for the service's end; what it is given outlives it.
class Housekeeping {
 public:
  /// How often to call run(): so long, and as long as the destroying takes, a key may outlive its last code. Where
  /// nothing is over a call takes a lock and looks.
  static constexpr std::chrono::seconds kEvery{1};
  /// After a failure: trouble that lasts is a line a minute, and no flush and compaction a second.
  static constexpr domain::Duration kAgainAfter = domain::minutes(1);

  /// `code_life`: how long after its day a code of that day's key may count.
  Housekeeping(eventstore::KeyRing& keys, platform::Log& log, domain::Duration code_life)
      : keys_(keys), log_(log), code_life_(code_life) {}

  /// `now`: security time. A failure goes to the operator's log: a key that is there too long is no reason to stop.
  void run(domain::Time now);

 private:
  eventstore::KeyRing& keys_;
  platform::Log& log_;
  const domain::Duration code_life_;
  std::optional<domain::Time> failed_at_;
};

}  // namespace tweestap::app
