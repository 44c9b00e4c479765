#include "eventstore/opened.h"

#include "eventstore/sealing.h"

namespace tweestap::eventstore {
namespace {

KeyTrouble trouble(platform::Failure failure) { return {NoKeys::Failed, std::move(failure)}; }

}  // namespace

std::expected<bool, KeyTrouble> open_members(const Log& log, const KeyRing& keys, SealedClass which,
                                             Envelope& envelope) {
  const auto& digest = which == SealedClass::Personal ? envelope.sealed_personal : envelope.sealed_secret;
  if (!digest) return false;
  const auto subject_keys = keys.subject_keys(envelope.subject);
  if (!subject_keys) return std::unexpected(subject_keys.error());
  const auto sealed = log.sealed(envelope.position, which);
  if (!sealed) return std::unexpected(trouble(sealed.error()));
  if (!*sealed || sealed_digest(**sealed) != *digest) {
    return std::unexpected(
        trouble({platform::Failure::Kind::Damaged,
                 "what event " + std::to_string(envelope.position) + " keeps sealed is not what it commits to"}));
  }
  const domain::EventInfo& info = domain::info_of(envelope.event);
  const SealedPlace place{.log = envelope.log,
                          .position = envelope.position,
                          .subject = envelope.subject,
                          .type = info.name,
                          .schema_version = envelope.schema_version};
  const auto members = open_sealed(*subject_keys, place, which, **sealed);
  if (!members) return std::unexpected(trouble(members.error()));
  if (auto merged = merge_sealed(envelope.event, which, *members); !merged) {
    return std::unexpected(trouble(merged.error()));
  }
  return true;
}

std::expected<domain::Event, platform::Failure> open_event(const Log& log, const KeyRing& keys, std::uint64_t position,
                                                           SealedClass which) {
  const auto damaged = [](const char* reason) {
    return std::unexpected(platform::Failure{platform::Failure::Kind::Damaged, reason});
  };
  const auto record = log.at(position);
  if (!record) return std::unexpected(record.error());
  if (!*record) return damaged("a row names an event that is not in the log");
  auto envelope = decode((*record)->envelope);
  if (!envelope) return std::unexpected(std::move(envelope.error()));
  const auto opened = open_members(log, keys, which, *envelope);
  if (!opened) return std::unexpected(opened.error().failure);
  if (!*opened) return damaged("an event has nothing sealed where a row says that it has");
  return std::move(envelope->event);
}

}  // namespace tweestap::eventstore
