#pragma once
// What the detection found, on its way into the log.
#include "domain/alert/events.h"
#include "domain/decision.h"

namespace tweestap::domain {

struct RaiseAlert {
  AlertRaised alert;
};

[[nodiscard]] Decision decide(const RaiseAlert& command, const Context& context);

}  // namespace tweestap::domain
