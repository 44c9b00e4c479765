#pragma once
// Rows that have an end are swept by later events, never by a clock or a job: so a rebuild sweeps the same rows.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "projections/projection.h"

namespace tweestap::projections {

/// How long a row stays known after its end: a token that is over answers "over" and not "unknown" for that long.
inline constexpr domain::Duration kKeptAfterEnd = domain::hours(24);

/// Rows that one event sweeps from one view, at most. An event makes at most three rows with an end in a view, so the
/// index shrinks whenever something is due, and no single event pays for a backlog.
inline constexpr std::size_t kSweptPerEvent = 4;

/// An end, rounded up to the hour.
[[nodiscard]] domain::Time due_of(domain::Time end);

/// The expiry index of one view, kept under the view's own number: {due, row's key}. Due is the end, rounded up to the
/// hour, so that a row whose end moves a little keeps its place in the index. It remembers how far the index is
/// empty, so that most events need not look; what it remembers is a function of the rows. Thread rule: as its view.
class ExpiryIndex {
 public:
  /// `tag` is the first byte of the index's keys and of no other row of the view.
  ExpiryIndex(ViewNumber view, char tag) : view_(view), tag_(tag) {}

  /// Sets or moves a row's end; `before` is the end that it was told last, if it had one.
  void set(Rows& rows, std::string_view row_key, std::optional<domain::Time> before, domain::Time end);
  /// The row goes by itself.
  void forget(Rows& rows, std::string_view row_key, domain::Time end);
  /// To be called once for each event of the log, before anything else: erases at most kSweptPerEvent rows that ended a
  /// day before `now`, with their places in the index.
  void sweep(Rows& rows, std::uint64_t position, domain::Time now);

 private:
  [[nodiscard]] RowKey key_of(domain::Time end, std::string_view row_key) const;

  ViewNumber view_;
  char tag_;
  std::uint64_t swept_at_ = 0;                 // position of the last event
  std::optional<std::string> nothing_before_;  // no key of the index is smaller; empty: not known
};

}  // namespace tweestap::projections
