#include "http/evidence.h"

#include "eventstore/opened.h"
#include "eventstore/partition.h"

namespace tweestap::http {

std::expected<domain::Event, platform::Failure> open_event(const Services& services, std::uint64_t position,
                                                           eventstore::SealedClass sealed) {
  return eventstore::open_event(services.partition.log(), services.keys, position, sealed);
}

}  // namespace tweestap::http
