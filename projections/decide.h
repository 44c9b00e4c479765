#pragma once
// Joins the event store's committer to the domain's decisions: loads what a decision looks at, and nothing else.
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "domain/all_commands.h"
#include "domain/decision.h"
#include "domain/rules.h"
#include "eventstore/decider.h"
#include "projections/account_cache.h"
#include "projections/unstored_failures.h"

namespace tweestap::projections {

/// A command of the domain on its way through the committer. `id` is the submission's id.
class AccountCommand final : public eventstore::Command {
 public:
  AccountCommand(domain::CommandId command_id, domain::Command command) : id(command_id), value(std::move(command)) {}
  domain::CommandId id;
  domain::Command value;
};

/// What the caller hears once the events are durable.
class DecidedOutcome final : public eventstore::Outcome {
 public:
  DecidedOutcome(std::expected<domain::Answer, domain::Refused> outcome, bool was_suppressed)
      : value(std::move(outcome)), suppressed(was_suppressed) {}
  std::expected<domain::Answer, domain::Refused> value;
  bool suppressed = false;  // throttled inside an interval that has its event already
};

struct DeciderSettings {
  domain::Rules rules;
  /// Events a minute in the visitor stream, at most (THR-6): beyond it a try at an unknown identifier is answered the
  /// same and only counted. 600 a minute of 600 bytes are 500 MB a day.
  std::uint32_t visitor_events_per_minute = 600;
};

/// Thread rule: decide() from the committer's thread; the cache is that of the views of the same partition.
class DomainDecider final : public eventstore::Decider {
 public:
  DomainDecider(DeciderSettings settings, std::shared_ptr<AccountCache> cache,
                std::shared_ptr<UnstoredFailures> unstored);

  /// Every command has to be an AccountCommand; another one is a bug. A row that is damaged is told to `rows`, and then
  /// nothing of the decision counts.
  [[nodiscard]] eventstore::Decision decide(eventstore::Rows& rows, domain::Time now,
                                            const eventstore::Command& command) override;

 private:
  friend struct Deciding;
  // Whether one more event of the visitor stream is within the bound of this minute.
  [[nodiscard]] bool visitor_event_allowed(domain::Time now);

  DeciderSettings settings_;
  std::shared_ptr<AccountCache> cache_;
  std::shared_ptr<UnstoredFailures> unstored_;
  domain::PolicyState policy_;
  std::string policy_row_;  // the bytes that policy_ was decoded from
  std::int64_t visitor_minute_ = 0;
  std::uint32_t visitor_events_ = 0;
};

}  // namespace tweestap::projections
