// refused: a member of an event is left out
// A member that is not described would be lost at the first replay.
#include "domain/describe.h"

namespace tweestap::domain {

struct DoorOpened {
  static constexpr EventInfo kInfo{9999, "door.opened", 1, "A door was opened."};
  std::uint32_t door = 0;
#ifdef TWEESTAP_OFFENCE
  std::uint32_t floor = 0;
#endif
  static constexpr auto fields() { return std::tuple{field("door", &DoorOpened::door, Exposure::Public, "which")}; }
};
static_assert(Described<DoorOpened>, "a member of an event is left out");

}  // namespace tweestap::domain
