#include <utility>

#include "domain/alert/alert.h"

namespace tweestap::domain {

// Whether it was raised before is the detection's to know, which reads the log (consumers/detection/watcher.h).
Decision decide(const RaiseAlert& command, const Context& context) {
  Events events{kService, System{}, context.command};
  events.add(command.alert);
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain
