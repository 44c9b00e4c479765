#pragma once
// What projections implement to decide commands. The event store does not look inside commands and outcomes.
#include <memory>
#include <vector>

#include "domain/new_event.h"
#include "domain/time.h"
#include "eventstore/inline_view.h"

namespace tweestap::eventstore {

class Command {
 public:
  virtual ~Command() = default;
};

class Outcome {
 public:
  virtual ~Outcome() = default;
};

/// The facts to store (none: a refusal, or nothing to do) and what the caller will hear once they are durable.
struct Decision {
  std::vector<domain::NewEvent> events;
  std::shared_ptr<const Outcome> outcome;
};

/// At most this many events from one command: the longest list of SES-2 on one account (10 logins, an enrolment, 50
/// sessions, 20 devices, 5 app devices, its own) with room. More is a bug.
inline constexpr std::size_t kEventsPerDecisionMax = 256;

/// `decide` reads rows and writes none; `now` is security time (CLK-1) and the time that the events will have.
/// Deterministic and fast: about 10 µs, no slow crypto, no I/O beyond `rows`. Thread rule: the committer's thread.
class Decider {
 public:
  virtual ~Decider() = default;
  [[nodiscard]] virtual Decision decide(Rows& rows, domain::Time now, const Command& command) = 0;
};

}  // namespace tweestap::eventstore
