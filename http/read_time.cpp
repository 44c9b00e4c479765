#include "http/read_time.h"

#include <algorithm>

namespace tweestap::http {

domain::Time ReadTime::now(domain::Time log_time) {
  const std::lock_guard lock(mutex_);
  const std::int64_t monotonic_us = clock_.monotonic_us();
  now_us_ = std::max({clock_.wall_us(), now_us_ + (monotonic_us - monotonic_us_), log_time.us});
  monotonic_us_ = monotonic_us;
  return domain::Time{now_us_};
}

}  // namespace tweestap::http
