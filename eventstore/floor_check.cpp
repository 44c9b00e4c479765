#include "eventstore/floor_check.h"

#include <algorithm>
#include <string>

#include "eventstore/applying.h"
#include "eventstore/keys.h"
#include "eventstore/record.h"
#include "platform/bytes.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

std::string range(std::uint64_t first, std::uint64_t last) {
  if (first == last) return "event " + std::to_string(first);
  return "events " + std::to_string(first) + " to " + std::to_string(last);
}

std::expected<void, Failure> check_event(const Storage& storage, std::uint64_t position, std::string_view envelope) {
  const auto node = storage.get(Family::Tree, tree_key({.level = 0, .index = position - 1}));
  if (!node) return std::unexpected(node.error());
  if (!*node || **node != platform::text_of(leaf_hash(envelope))) {
    return std::unexpected(damaged(range(position, position) + " is not what the tree holds of it"));
  }
  return {};
}

}  // namespace

std::expected<void, Failure> check_floor(const Storage& storage, const Head& head, const Floor& floor) {
  if (head.position < floor.position) {
    const bool one = floor.position == head.position + 1;
    return std::unexpected(damaged(range(head.position + 1, floor.position) +
                                   (one ? " was acknowledged and is missing" : " were acknowledged and are missing") +
                                   " from the log, which ends at " + std::to_string(head.position)));
  }
  const auto then = load_frontier(storage, floor.position);
  if (!then) return std::unexpected(then.error());
  if (then->root() != floor.root) {
    return std::unexpected(damaged(
        "the log's " + range(1, floor.position) +
        (floor.position == 1 ? " is not the one that was acknowledged" : " are not those that were acknowledged")));
  }
  return {};
}

std::expected<void, Failure> check_content(const Storage& storage, const Head& head) {
  const auto now = load_frontier(storage, head.position);
  if (!now) return std::unexpected(now.error());
  if (now->root() != head.root) return std::unexpected(damaged("the log's tree does not lead to its root"));

  const std::uint64_t first = head.position - std::min(head.position, kEventsReadAtOpening) + 1;
  const auto events = storage.iterate(Family::Events);
  events->Seek(position_key(first));
  for (std::uint64_t position = first; position <= head.position; ++position, events->Next()) {
    if (!events->status().ok()) return std::unexpected(failure_of(events->status(), "reading the newest events"));
    if (!events->Valid() || events->key().ToStringView() != position_key(position)) {
      return std::unexpected(damaged(range(position, position) + " is missing from the log"));
    }
    if (auto whole = check_event(storage, position, events->value().ToStringView()); !whole) return whole;
  }
  if (!events->status().ok()) return std::unexpected(failure_of(events->status(), "reading the newest events"));
  if (events->Valid()) return std::unexpected(damaged("the log holds events beyond its head"));
  if (storage.table_bytes() <= kTableBytesCheckedAtOpening) return storage.verify_checksums();
  return {};
}

}  // namespace tweestap::eventstore
