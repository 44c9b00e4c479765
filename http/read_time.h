#pragma once
// Security time for whoever reads: the committer's own clock is its alone.
#include <cstdint>
#include <mutex>

#include "domain/time.h"
#include "platform/clock.h"

namespace tweestap::http {

/// now = max(wall clock, previous now + monotonic time since, time of the log's last batch): the committer's own rule
/// (CLK-1), so what has expired for a command has expired for a reader, and a clock that is set back revives nothing.
/// Thread rule: any thread.
class ReadTime {
 public:
  /// `clock` outlives this object.
  explicit ReadTime(const platform::Clock& clock) : clock_(clock), monotonic_us_(clock.monotonic_us()) {}

  /// `log_time`: the time of the log's head (Log::head()).
  [[nodiscard]] domain::Time now(domain::Time log_time);

 private:
  const platform::Clock& clock_;
  std::mutex mutex_;
  std::int64_t now_us_ = 0;
  std::int64_t monotonic_us_;
};

}  // namespace tweestap::http
