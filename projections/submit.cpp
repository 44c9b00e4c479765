#include "projections/submit.h"

#include "projections/decide.h"

namespace tweestap::projections {

using platform::Failure;

std::expected<std::expected<domain::Answer, domain::Refused>, Failure> submit_alone(eventstore::Partition& partition,
                                                                                    platform::RandomSource& random,
                                                                                    const platform::Clock& clock,
                                                                                    domain::Command command) {
  constexpr std::int64_t kPatienceUs = 5'000'000;  // as a caller's deadline: nothing waits longer than people do
  const auto bytes = platform::draw_bytes<16>(random);
  if (!bytes) return std::unexpected(bytes.error());
  const domain::CommandId id{*bytes};
  eventstore::Submission submission;
  submission.command = std::make_unique<AccountCommand>(id, std::move(command));
  submission.id = id;
  submission.deadline_monotonic_us = clock.monotonic_us() + kPatienceUs;
  auto committed = partition.submit(std::move(submission));
  if (!committed) return std::unexpected(std::move(committed.error()));
  return static_cast<const DecidedOutcome&>(*committed->outcome).value;
}

}  // namespace tweestap::projections
