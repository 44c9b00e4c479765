#pragma once
// Commands that the service gives itself.
#include <expected>

#include "domain/all_commands.h"
#include "domain/decision.h"
#include "eventstore/partition.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"
#include "platform/failure.h"

namespace tweestap::projections {

/// Runs a command that has neither evidence nor sealed members, and keeps no answer; waits until it is durable. The
/// partition's decider has to be a DomainDecider. Fails as Partition::submit() does, after five seconds at most in the
/// queue. Any thread.
[[nodiscard]] std::expected<std::expected<domain::Answer, domain::Refused>, platform::Failure> submit_alone(
    eventstore::Partition& partition, platform::RandomSource& random, const platform::Clock& clock,
    domain::Command command);

}  // namespace tweestap::projections
