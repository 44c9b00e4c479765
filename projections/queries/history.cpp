#include "projections/queries/history.h"

#include <utility>

#include "eventstore/envelope.h"
#include "eventstore/event_codec.h"
#include "eventstore/opened.h"
#include "projections/queries/audit.h"

namespace tweestap::projections {
namespace {

using platform::Failure;

// Opens the personal members into the event, or says why not.
std::expected<Personal, Failure> open_personal(const eventstore::Log& log, eventstore::Envelope& envelope,
                                               const eventstore::KeyRing& ring) {
  const auto opened = eventstore::open_members(log, ring, eventstore::SealedClass::Personal, envelope);
  if (opened) return Personal::Opened;
  switch (opened.error().why) {
    case eventstore::NoKeys::Locked:
      return Personal::Sealed;
    case eventstore::NoKeys::Never:
      return std::unexpected(
          Failure{Failure::Kind::Damaged, "the keys of sealed members are missing, and nobody erased the account"});
    case eventstore::NoKeys::Failed:
      return std::unexpected(opened.error().failure);
  }
  std::unreachable();
}

}  // namespace

std::expected<HistoryEvent, Failure> decode_record(const eventstore::Log& log, const eventstore::Record& record,
                                                   const eventstore::KeyRing* ring) {
  auto envelope = eventstore::decode(record.envelope);
  if (!envelope) return std::unexpected(envelope.error());
  Personal personal = envelope->sealed_personal ? Personal::Closed : Personal::None;
  if (personal == Personal::Closed && ring != nullptr) {
    const auto opened = open_personal(log, *envelope, *ring);
    if (!opened) return std::unexpected(opened.error());
    personal = *opened;
  }
  return HistoryEvent{envelope->position, envelope->version,     envelope->time,         std::move(envelope->event),
                      envelope->actor,    envelope->correlation, envelope->on_behalf_of, personal};
}

std::expected<HistoryPage, Failure> history(const eventstore::Log& log, const domain::AccountId& account,
                                            std::uint64_t before, std::size_t limit, const eventstore::KeyRing* ring) {
  const domain::Subject subject = domain::Subject::of(account);
  std::uint64_t before_version = 0;
  if (before != 0) {
    const auto version = version_at(log, account, before - 1);
    if (!version) return std::unexpected(version.error());
    if (*version == 0) return HistoryPage{};
    before_version = *version + 1;
  }
  HistoryPage page;
  while (page.events.size() < limit) {
    const auto records = log.stream_backwards(subject, before_version, {.count_max = limit - page.events.size()});
    if (!records) return std::unexpected(records.error());
    if (records->empty()) return page;
    for (const eventstore::Record& record : *records) {
      auto event = decode_record(log, record, ring);
      if (!event) return std::unexpected(event.error());
      before_version = event->version;
      page.events.push_back(*std::move(event));
    }
    if (before_version == 1) return page;
  }
  if (!page.events.empty()) page.before = page.events.back().position;
  return page;
}

}  // namespace tweestap::projections
