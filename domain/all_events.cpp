#include "domain/all_events.h"

namespace tweestap::domain {

static_assert(kAllDescribed<Event>, "a member of an event is left out of its fields()");

}  // namespace tweestap::domain
