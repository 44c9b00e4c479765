#pragma once
// An event as a decision makes it: who it is about and who did it, but no place in the log yet.
#include <optional>

#include "domain/all_events.h"
#include "domain/ids.h"

namespace tweestap::domain {

struct NewEvent {
  Subject subject;
  Event event;
  Actor actor;
  Correlation correlation;
  std::optional<AccountId> on_behalf_of;
};

}  // namespace tweestap::domain
