#include "projections/rebuild.h"

#include "projections/all.h"
#include "projections/projection.h"

namespace tweestap::projections {
namespace {

std::vector<std::string> names_of(std::span<eventstore::InlineView* const> views) {
  std::vector<std::string> names;
  for (const eventstore::InlineView* view : views) names.emplace_back(view->name());
  return names;
}

std::expected<std::vector<std::string>, Failure> rebuild_these(eventstore::OpenedStore& store,
                                                               std::span<eventstore::InlineView* const> views,
                                                               const eventstore::Progress& progress) {
  if (auto rebuilt = eventstore::rebuild(store, views, progress); !rebuilt) return std::unexpected(rebuilt.error());
  return names_of(views);
}

}  // namespace

std::expected<std::vector<eventstore::ViewState>, Failure> view_states(const eventstore::Reader& reader) {
  const Views views;
  return eventstore::view_states(reader, views.all());
}

std::expected<std::vector<std::string>, Failure> rebuild_stale(eventstore::OpenedStore& store,
                                                               const eventstore::Progress& progress) {
  const Views views{Views::ForRebuild{}};
  const auto states = eventstore::view_states(store.reader(), views.all());
  if (!states) return std::unexpected(states.error());
  std::vector<eventstore::InlineView*> stale;
  for (const eventstore::ViewState& state : *states) {
    if (!state.current()) stale.push_back(views.find(state.name));
  }
  if (stale.empty()) return std::vector<std::string>{};
  return rebuild_these(store, stale, progress);
}

std::expected<std::vector<std::string>, Failure> rebuild(eventstore::OpenedStore& store, std::string_view name,
                                                         const eventstore::Progress& progress) {
  const Views views{Views::ForRebuild{}};
  if (name.empty()) return rebuild_these(store, views.all(), progress);
  if (eventstore::InlineView* view = views.find(name)) return rebuild_these(store, {&view, 1}, progress);
  std::string known;
  for (const std::string& one : names_of(views.all())) known += (known.empty() ? "" : ", ") + one;
  return std::unexpected(Failure{Failure::Kind::Invalid, "there is no projection of that name; there are: " + known});
}

std::expected<std::vector<eventstore::Difference>, Failure> compare(const eventstore::Reader& reader,
                                                                    const eventstore::Progress& progress) {
  const Views views{Views::ForRebuild{}};
  return eventstore::compare(reader, views.all(), progress);
}

}  // namespace tweestap::projections
