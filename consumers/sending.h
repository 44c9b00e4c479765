#pragma once
// What everything that sends messages works with: references, handed over by the wiring of app/.
#include <array>
#include <cstdint>
#include <functional>
#include <string>

#include "consumers/sms/gateway.h"
#include "consumers/texts.h"
#include "domain/rules.h"
#include "domain/time.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"
#include "platform/logging.h"
#include "platform/metrics.h"

namespace tweestap::consumers {

/// Everything outlives the senders. Each part allows any thread.
struct Sending {
  eventstore::Partition& partition;
  const eventstore::KeyRing& keys;
  platform::RandomSource& random;
  const platform::Clock& clock;
  platform::Metrics& metrics;
  platform::Log& log;
  const domain::Rules& rules;
  const Texts& texts;
  sms::Gateway& gateway;
  std::string organisation;               ///< stands in every message
  std::array<std::string, 2> gateways{};  ///< what events call the first and the second
  std::size_t in_flight = 32;             ///< sms.in_flight
  /// How long a try may take at most, from being handed over: none begins so shortly before a message is worthless.
  domain::Duration patience = domain::seconds(15);
  /// Security time, not before anything that the log holds (CLK-1).
  std::function<domain::Time()> now;
};

}  // namespace tweestap::consumers
