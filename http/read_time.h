#pragma once
// Security time for whoever reads: the committer's own clock is its alone.
#include <mutex>

#include "domain/time.h"
#include "platform/clock.h"

namespace tweestap::http {

/// now = max(wall clock, previous now + monotonic time since, time of the log's last batch): the same rule as the
/// committer's (CLK-1), so what expires for a command has expired for a reader, and a clock that is set back revives
/// nothing. Thread rule: any thread.
class ReadTime {
 public:
  /// `clock` outlives this object.
  explicit ReadTime(const platform::Clock& clock) : clock_(clock), security_(clock, 0) {}

  /// `log_time`: the time of the log's head (Log::head()).
  [[nodiscard]] domain::Time now(domain::Time log_time);
  /// Whole seconds of the wall clock alone, which is what TOTP counts in.
  [[nodiscard]] std::int64_t wall_seconds() const;

 private:
  const platform::Clock& clock_;
  std::mutex mutex_;
  platform::SecurityClock security_;
  std::int64_t ahead_us_ = 0;  // by how much the log was ahead of security_ when it was last looked at
};

}  // namespace tweestap::http
