#include "app/housekeeping.h"

namespace tweestap::app {

void Housekeeping::run(domain::Time now) {
  if (failed_at_ && now < *failed_at_ + kAgainAfter) return;
  failed_at_.reset();
  const auto destroyed = keys_.destroy_sms_code_keys(now, code_life_);
  if (destroyed) return;
  failed_at_ = now;
  log_.write(platform::LogLevel::Error, "keys.not_destroyed", {{"reason", destroyed.error().reason}});
}

}  // namespace tweestap::app
