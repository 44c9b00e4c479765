#include "projections/queries/state_at.h"

#include <algorithm>
#include <charconv>

#include "domain/evolve.h"
#include "eventstore/envelope.h"
#include "projections/queries/audit.h"

namespace tweestap::projections {
namespace {

using platform::Failure;

constexpr std::size_t kPage = 1000;

std::expected<domain::Time, Failure> time_of(const eventstore::Log& log, std::uint64_t position) {
  const auto record = log.at(position);
  if (!record) return std::unexpected(record.error());
  if (!*record) return std::unexpected(Failure{Failure::Kind::Damaged, "the log has a gap"});
  const auto head = eventstore::scan_head((*record)->envelope);
  if (!head) return std::unexpected(head.error());
  return head->time;
}

std::expected<void, Failure> find_moment(const eventstore::Log& log, const Until& until, StateAt& result) {
  if (const auto* time = std::get_if<domain::Time>(&until)) {
    const auto position = log.last_not_later(*time);
    if (!position) return std::unexpected(position.error());
    result.position = *position;
    result.judged_at = *time;
    return {};
  }
  result.position = std::min(std::get<std::uint64_t>(until), log.head().position);
  if (result.position == 0) return {};
  const auto time = time_of(log, result.position);
  if (!time) return std::unexpected(time.error());
  result.judged_at = *time;
  return {};
}

// Folds a stream's events up to a position; `state.version` tells how far it is.
template <class State>
std::expected<void, Failure> fold_up_to(const eventstore::Log& log, const domain::Subject& subject,
                                        std::uint64_t position, State& state) {
  while (true) {
    const auto page = log.stream(subject, state.version, {.count_max = kPage});
    if (!page) return std::unexpected(page.error());
    for (const eventstore::Record& record : *page) {
      if (record.position > position) return {};
      const auto envelope = eventstore::decode(record.envelope);
      if (!envelope) return std::unexpected(envelope.error());
      const domain::At at{envelope->position, envelope->version, envelope->time, envelope->actor};
      if (at.version != state.version + 1 || !domain::fold(state, envelope->event, at)) {
        return std::unexpected(Failure{Failure::Kind::Damaged, "an event stands in a stream that cannot"});
      }
    }
    if (page->empty()) return {};
  }
}

}  // namespace

std::optional<Until> parse_until(std::string_view text) {
  if (const auto time = domain::parse_rfc3339(text)) return *time;
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  if (error != std::errc{} || end != text.data() + text.size() || position == 0) return std::nullopt;
  return position;
}

std::expected<StateAt, Failure> state_at(const eventstore::Log& log, const domain::AccountId& account, Until until) {
  StateAt result;
  if (auto found = find_moment(log, until, result); !found) return std::unexpected(found.error());
  if (auto folded = fold_up_to(log, domain::Subject::of(account), result.position, result.state); !folded) {
    return std::unexpected(folded.error());
  }
  if (auto folded = fold_up_to(log, domain::kPolicy, result.position, result.policy); !folded) {
    return std::unexpected(folded.error());
  }
  return result;
}

}  // namespace tweestap::projections
