#pragma once
// What an account was at a moment of the past: its stream, folded up to there.
#include <cstdint>
#include <expected>
#include <optional>
#include <variant>

#include "domain/account_state.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::projections {

/// A position of the log, or a time: the last position whose time is not later.
using Until = std::variant<std::uint64_t, domain::Time>;

struct StateAt {
  std::uint64_t position = 0;  // of the account's last event up to there; 0: none yet
  domain::Time judged_at;      // what has expired is judged at that time; for a position: at that event's
  domain::AccountState state;  // version 0: the account was not there yet
};

/// Reads the whole stream up to there: about a microsecond an event. Unavailable or Damaged. Any thread.
[[nodiscard]] std::expected<StateAt, platform::Failure> state_at(const eventstore::Log& log,
                                                                 const domain::AccountId& account, Until until);

}  // namespace tweestap::projections
