#include "projections/queries/state_at.h"

#include "domain/evolve.h"
#include "eventstore/envelope.h"
#include "projections/queries/audit.h"

namespace tweestap::projections {

using platform::Failure;

std::expected<StateAt, Failure> state_at(const eventstore::Log& log, const domain::AccountId& account, Until until) {
  const auto last = std::visit([&](const auto& bound) { return version_at(log, account, bound); }, until);
  if (!last) return std::unexpected(last.error());
  StateAt result;
  const auto* time = std::get_if<domain::Time>(&until);
  while (result.state.version < *last) {
    const std::uint64_t left = *last - result.state.version;
    const auto page = log.stream(domain::Subject::of(account), result.state.version,
                                 {.count_max = static_cast<std::size_t>(std::min<std::uint64_t>(left, 1000))});
    if (!page) return std::unexpected(page.error());
    if (page->empty()) return std::unexpected(Failure{Failure::Kind::Damaged, "an account's stream has a gap"});
    for (const eventstore::Record& record : *page) {
      const auto envelope = eventstore::decode(record.envelope);
      if (!envelope) return std::unexpected(envelope.error());
      const domain::At at{envelope->position, envelope->version, envelope->time, envelope->actor};
      if (at.version != result.state.version + 1 || !domain::fold(result.state, envelope->event, at)) {
        return std::unexpected(Failure{Failure::Kind::Damaged, "an event stands in an account's stream that cannot"});
      }
      result.position = at.position;
      result.judged_at = at.time;
    }
  }
  if (time != nullptr) result.judged_at = *time;
  return result;
}

}  // namespace tweestap::projections
