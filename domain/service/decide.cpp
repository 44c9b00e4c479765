#include "domain/policy/policy.h"

namespace tweestap::domain {

Decision decide(const RecordServiceStart& command, const Context& context) {
  Events events{kService, System{}, context.command};
  events.add(ServiceStarted{command.service_version, command.dropped_bytes});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain
