// refused: no matching function for call to .evolve\(.*AnotherEvent
// The real fold, over the real list of events and one more that no evolve() takes.
#include "domain/account/events.h"
#include "domain/enrolment/events.h"
#include "domain/lock/events.h"
#include "domain/login/events.h"
#include "domain/policy/events.h"
#include "domain/recovery/events.h"
#include "domain/service/events.h"
#include "domain/sessions/events.h"

namespace tweestap::domain {

struct AnotherEvent {
  static constexpr EventInfo kInfo{9999, "another.happened", 1, "Nobody folds it."};
  std::uint32_t count = 0;
  static constexpr auto fields() { return std::tuple{field("count", &AnotherEvent::count, Exposure::Public, "some")}; }
};

}  // namespace tweestap::domain

#ifdef TWEESTAP_OFFENCE
#define SessionEnded SessionEnded, AnotherEvent
#endif
#include "domain/all_events.h"
#undef SessionEnded
#include "domain/evolve.cpp"  // NOLINT(bugprone-suspicious-include): the switch itself is what is tried
