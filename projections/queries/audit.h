#pragma once
// One account's events for auditors: a window of its stream, oldest first, as the bytes that are stored.
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"
#include "eventstore/log.h"
#include "platform/failure.h"

namespace tweestap::projections {

struct AuditFilter {
  std::optional<domain::Time> from = std::nullopt;  // not earlier
  std::optional<domain::Time> to = std::nullopt;    // not later
  std::string type = {};                            // empty: every type
  std::uint64_t after = 0;                          // position
};

struct AuditPage {
  std::vector<eventstore::Record> events;
  std::uint64_t scanned_to = 0;  // position that was looked at last, so that a filter never hides a gap
};

/// At most `limit` events. Unavailable or Damaged. Any thread.
[[nodiscard]] std::expected<AuditPage, platform::Failure> audit(const eventstore::Log& log,
                                                                const domain::AccountId& account,
                                                                const AuditFilter& filter, std::size_t limit);

/// How many of an account's events stand at or before a position, or are not later than a time: the version of the last
/// one, found by halving.
[[nodiscard]] std::expected<std::uint64_t, platform::Failure> version_at(const eventstore::Log& log,
                                                                         const domain::AccountId& account,
                                                                         std::uint64_t position);
[[nodiscard]] std::expected<std::uint64_t, platform::Failure> version_at(const eventstore::Log& log,
                                                                         const domain::AccountId& account,
                                                                         domain::Time time);

}  // namespace tweestap::projections
