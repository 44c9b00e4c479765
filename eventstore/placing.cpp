#include "eventstore/placing.h"

#include <algorithm>
#include <utility>

#include "eventstore/answers.h"
#include "eventstore/envelope.h"
#include "eventstore/sealing.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

// The last version of the subject, counting the events of this command before `index`.
std::expected<std::uint64_t, Failure> version_before(std::span<const domain::NewEvent> events, std::size_t index,
                                                     Applying& applying) {
  const domain::Subject& subject = events[index].subject;
  auto version = applying.version_of(subject);
  if (!version) return version;
  const auto before = events.first(index);
  return *version + static_cast<std::uint64_t>(std::ranges::count(before, subject, &domain::NewEvent::subject));
}

// Seals the members of one class; the digest of what lies beside the event then, nothing where there are none.
std::expected<std::optional<platform::Digest>, Failure> seal_members(const Envelope& envelope, SealedClass which,
                                                                     const Seals& seals, platform::RandomSource& random,
                                                                     std::string& sealed) {
  const auto members = members_to_seal(envelope.event, which);
  if (!members) return std::nullopt;
  const domain::EventInfo& info = domain::info_of(envelope.event);
  if (seals.keys == nullptr || seals.subject != envelope.subject) {
    return std::unexpected(
        Failure{Failure::Kind::Internal, "a command came without the keys for " + std::string{info.name}});
  }
  const SealedPlace place{.log = envelope.log,
                          .position = envelope.position,
                          .subject = envelope.subject,
                          .type = info.name,
                          .schema_version = info.schema_version};
  auto bytes = seal(*seals.keys, place, which, *members, random);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  sealed = std::move(*bytes);
  return sealed_digest(sealed);
}

std::expected<Entry, Failure> encode_entry(Envelope& envelope, const Seals& seals, platform::RandomSource& random) {
  Entry entry;
  const auto personal = seal_members(envelope, SealedClass::Personal, seals, random, entry.sealed_personal);
  if (!personal) return std::unexpected(personal.error());
  const auto secret = seal_members(envelope, SealedClass::Secret, seals, random, entry.sealed_secret);
  if (!secret) return std::unexpected(secret.error());
  envelope.sealed_personal = *personal;
  envelope.sealed_secret = *secret;
  entry.envelope.reserve(640);  // most are below it
  encode(envelope, entry.envelope);
  return entry;
}

}  // namespace

std::expected<Placement, Failure> place(std::span<domain::NewEvent> events, const domain::CommandId& command,
                                        domain::Time now, const Seals& seals, Applying& applying,
                                        platform::RandomSource& random) {
  Placement placement;
  placement.entries.reserve(events.size());
  placement.placed.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    domain::NewEvent& event = events[i];
    const auto before = version_before(events, i, applying);
    if (!before) return std::unexpected(before.error());
    Envelope envelope{.log = applying.log(),
                      .position = applying.head().position + 1 + i,
                      .version = *before + 1,
                      .subject = event.subject,
                      .time = now,
                      .command = command,
                      .correlation = event.correlation,
                      .actor = event.actor,
                      .on_behalf_of = event.on_behalf_of,
                      .sealed_personal = std::nullopt,
                      .sealed_secret = std::nullopt,
                      .event = std::move(event.event)};
    auto entry = encode_entry(envelope, seals, random);
    event.event = std::move(envelope.event);
    if (!entry) return std::unexpected(std::move(entry.error()));
    placement.bytes += entry->envelope.size() + entry->sealed_personal.size() + entry->sealed_secret.size();
    placement.entries.push_back(std::move(*entry));
    placement.placed.push_back({envelope.position, envelope.version, now, event});
  }
  return placement;
}

std::expected<std::optional<RenderedAnswer>, Failure> keep_answer(const AnswerToKeep& answer, const Decision& decision,
                                                                  std::span<const Placed> placed, domain::Time now,
                                                                  platform::RandomSource& random) {
  if (!decision.outcome || !answer.render) return std::nullopt;
  auto rendered = answer.render(*decision.outcome, placed);
  if (!rendered) return std::nullopt;
  const AnswerSeal what{.key_version = answer.key_version, .ends_at = now + answer.kept, .body_hash = answer.body_hash};
  auto sealed = seal_answer(answer.sealing_key, what, rendered->reveal_text(), random);
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  return RenderedAnswer{std::move(*rendered), {answer_record_key(now, answer.hash), std::move(*sealed)}};
}

}  // namespace tweestap::eventstore
