#pragma once
// From what was decided to what is stored: place, envelope, sealed members, answer. Only for eventstore/.
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/new_event.h"
#include "domain/time.h"
#include "eventstore/applying.h"
#include "eventstore/batch.h"
#include "eventstore/partition.h"
#include "platform/crypto/random.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// What one command adds to a batch; nothing of it is applied yet.
struct Placement {
  std::vector<Entry> entries;
  std::vector<Placed> placed;  ///< refers to the events it was made of
  std::size_t bytes = 0;       ///< of the entries
};

/// Whose keys seal what.
struct Seals {
  const SubjectKeys* keys = nullptr;
  domain::Subject subject;
};

/// Gives the events their places behind `applying`'s head and encodes them. `events` comes out as it went in. Internal
/// where an event has something to seal and `seals` is of nobody or of somebody else; Unavailable without randomness.
[[nodiscard]] std::expected<Placement, platform::Failure> place(std::span<domain::NewEvent> events,
                                                                const domain::CommandId& command, domain::Time now,
                                                                const Seals& seals, Applying& applying,
                                                                platform::RandomSource& random);

/// An answer as it will be kept, and as its caller will hear it.
struct RenderedAnswer {
  platform::Secret rendered;
  StoredAnswer answer;
};
/// Renders and seals; nothing where this outcome is not kept. Unavailable without randomness.
[[nodiscard]] std::expected<std::optional<RenderedAnswer>, platform::Failure> keep_answer(
    const AnswerToKeep& answer, const Decision& decision, std::span<const Placed> placed, domain::Time now,
    platform::RandomSource& random);

}  // namespace tweestap::eventstore
