#include "projections/queries/audit.h"

#include "eventstore/envelope.h"

namespace tweestap::projections {
namespace {

using platform::Failure;

// How many events one call looks at, at most: a filter that matches nothing must not hold a thread for ever. The caller
// goes on from `scanned_to`.
constexpr std::size_t kScannedMax = 10'000;

std::expected<eventstore::EnvelopeHead, Failure> head_at(const eventstore::Log& log, const domain::Subject& subject,
                                                         std::uint64_t version) {
  const auto page = log.stream(subject, version - 1, {.count_max = 1});
  if (!page) return std::unexpected(page.error());
  if (page->empty()) return std::unexpected(Failure{Failure::Kind::Damaged, "an account's stream has a gap"});
  return eventstore::scan_head(page->front().envelope);
}

// Versions, positions and times of a stream grow together, so halving finds the last one that is not beyond a bound.
template <class Within>
std::expected<std::uint64_t, Failure> last_version(const eventstore::Log& log, const domain::Subject& subject,
                                                   Within within) {
  const auto last = log.version_of(subject);
  if (!last) return std::unexpected(last.error());
  std::uint64_t low = 0;
  std::uint64_t high = *last;
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    const auto head = head_at(log, subject, middle);
    if (!head) return std::unexpected(head.error());
    if (within(*head)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

}  // namespace

std::expected<std::uint64_t, Failure> version_at(const eventstore::Log& log, const domain::AccountId& account,
                                                 std::uint64_t position) {
  return last_version(log, domain::Subject::of(account),
                      [position](const auto& head) { return head.position <= position; });
}

std::expected<std::uint64_t, Failure> version_at(const eventstore::Log& log, const domain::AccountId& account,
                                                 domain::Time time) {
  return last_version(log, domain::Subject::of(account), [time](const auto& head) { return head.time <= time; });
}

std::expected<AuditPage, Failure> audit(const eventstore::Log& log, const domain::AccountId& account,
                                        const AuditFilter& filter, std::size_t limit) {
  // Where the log ends now is what a page without a further event has looked at.
  const std::uint64_t head = log.head().position;
  auto after = version_at(log, account, filter.after);
  if (!after) return std::unexpected(after.error());
  if (filter.from) {
    const auto before_from = version_at(log, account, domain::Time{filter.from->us - 1});
    if (!before_from) return std::unexpected(before_from.error());
    after = std::max(*after, *before_from);
  }
  AuditPage page;
  page.scanned_to = filter.after;
  for (std::size_t scanned = 0; page.events.size() < limit && scanned < kScannedMax;) {
    auto records = log.stream(domain::Subject::of(account), *after, {.count_max = 256});
    if (!records) return std::unexpected(records.error());
    if (records->empty()) {
      page.scanned_to = std::max(page.scanned_to, head);
      return page;
    }
    for (eventstore::Record& record : *records) {
      const auto envelope = eventstore::scan_head(record.envelope);
      if (!envelope) return std::unexpected(envelope.error());
      if (filter.to && envelope->time > *filter.to) {
        page.scanned_to = std::max(page.scanned_to, head);
        return page;
      }
      page.scanned_to = record.position;
      after = envelope->version;
      ++scanned;
      if (!filter.type.empty() && envelope->type != filter.type) continue;
      page.events.push_back(std::move(record));
      if (page.events.size() == limit) return page;
    }
  }
  return page;
}

}  // namespace tweestap::projections
