#pragma once
// Events as they come, stored without deciding anything: for a bench whose subject is the log and who follows it.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/ids.h"
#include "domain/new_event.h"
#include "domain/time.h"
#include "eventstore/decider.h"
#include "eventstore/partition.h"

namespace tweestap::load {

/// Stores the events of scripted() as they are. Thread rule: the committer's thread.
class ScriptedDecider final : public eventstore::Decider {
 public:
  [[nodiscard]] eventstore::Decision decide(eventstore::Rows& rows, domain::Time now,
                                            const eventstore::Command& command) override;
};

/// A submission of these events, at most kEventsPerDecisionMax, without keys. Any thread.
[[nodiscard]] eventstore::Submission scripted(std::vector<domain::NewEvent> events);

/// The events of an ordinary day: people with an authenticator app log in, use their sessions, mistype now and then.
/// The same ones in every run. Thread rule: one thread.
class OrdinaryDay {
 public:
  explicit OrdinaryDay(std::size_t accounts) : accounts_(accounts) {}

  [[nodiscard]] domain::AccountId account(std::uint64_t n) const;
  /// The account's first events; some have sealed members.
  [[nodiscard]] std::vector<domain::NewEvent> enrolled(std::uint64_t n);
  /// As many as fit into `count`, whole logins only: at least one where `count` is 6. None has sealed members.
  [[nodiscard]] std::vector<domain::NewEvent> some(std::size_t count, domain::Time now);

 private:
  std::uint64_t draw();
  template <class Id>
  Id id();

  std::size_t accounts_;
  std::uint64_t state_ = 42;
};

}  // namespace tweestap::load
