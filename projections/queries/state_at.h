#pragma once
// What an account was at a moment of the past: its stream, folded up to there.
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <variant>

#include "domain/account_state.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::projections {

/// A position of the log, or a time: the last position whose time is not later.
using Until = std::variant<std::uint64_t, domain::Time>;

/// As people write it: RFC 3339, or a position, which is at least 1. Empty where it is neither.
[[nodiscard]] std::optional<Until> parse_until(std::string_view text);

struct StateAt {
  std::uint64_t position = 0;  // of the log, so of any account's event: the last one that counts; 0: there was none
  domain::Time judged_at;      // what has expired is judged at that time; for a position: at that event's
  domain::AccountState state;  // version 0: the account was not there yet
  domain::PolicyState policy;  // the organisation's at that moment: its date is part of what an account's state means
};

/// Reads the account's and the policy's stream up to there: about a microsecond an event, and a look at some twenty
/// others to find a time. A position or time behind the log's end means its end. Unavailable or Damaged. Any thread.
[[nodiscard]] std::expected<StateAt, platform::Failure> state_at(const eventstore::Log& log,
                                                                 const domain::AccountId& account, Until until);

}  // namespace tweestap::projections
