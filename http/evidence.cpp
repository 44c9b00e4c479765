#include "http/evidence.h"

#include "eventstore/envelope.h"
#include "eventstore/event_codec.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "eventstore/sealing.h"
#include "http/open_event.h"

namespace tweestap::http {
namespace {

platform::Failure damaged(std::string reason) { return {platform::Failure::Kind::Damaged, std::move(reason)}; }

}  // namespace

std::expected<domain::Event, platform::Failure> open_event(const Services& services, std::uint64_t position,
                                                           eventstore::SealedClass sealed) {
  return open_event(services.partition.log(), services.keys, position, sealed);
}

std::expected<domain::Event, platform::Failure> open_event(const eventstore::Log& log, const eventstore::KeyRing& ring,
                                                           std::uint64_t position, eventstore::SealedClass sealed) {
  const auto record = log.at(position);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::unexpected(damaged("a row names an event that is not in the log"));
  auto envelope = eventstore::decode((*record)->envelope);
  if (!envelope) return std::unexpected(std::move(envelope.error()));
  const auto value = log.sealed(position, sealed);
  if (!value) return std::unexpected(value.error());
  if (!*value) return std::unexpected(damaged("an event has nothing sealed where a row says that it has"));
  const auto keys = ring.subject_keys(envelope->subject);
  if (!keys) return std::unexpected(keys.error().failure);
  const domain::EventInfo& info = domain::info_of(envelope->event);
  const eventstore::SealedPlace place{envelope->log, position, envelope->subject, info.name,
                                      envelope->schema_version};
  const auto opened = eventstore::open_sealed(*keys, place, sealed, **value);
  if (!opened) return std::unexpected(opened.error());
  if (const auto merged = eventstore::merge_sealed(envelope->event, sealed, *opened); !merged) {
    return std::unexpected(merged.error());
  }
  return std::move(envelope->event);
}

}  // namespace tweestap::http
