#pragma once
// Rows from the log again. Unlike eventstore/rebuild.h this knows which views there are.
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eventstore/opening.h"
#include "eventstore/rebuild.h"
#include "platform/failure.h"

namespace tweestap::projections {

/// The state of every view: its name, the format wanted and the one stored.
[[nodiscard]] std::expected<std::vector<eventstore::ViewState>, platform::Failure> view_states(
    const eventstore::Reader& reader);

/// The rule at start: rebuilds the views whose rows are of another format or behind the log, before the service is
/// ready. Gives the names of those that it rebuilt.
[[nodiscard]] std::expected<std::vector<std::string>, platform::Failure> rebuild_stale(
    eventstore::OpenedStore& store, const eventstore::Progress& progress = {});

/// Rebuilds one view, or all where `name` is empty. Invalid where no view has that name (the sentence lists them).
[[nodiscard]] std::expected<std::vector<std::string>, platform::Failure> rebuild(
    eventstore::OpenedStore& store, std::string_view name = {}, const eventstore::Progress& progress = {});

/// Rebuilds beside the live rows and compares, without writing. Also on a Secondary of a running service.
[[nodiscard]] std::expected<std::vector<eventstore::Difference>, platform::Failure> compare(
    const eventstore::Reader& reader, const eventstore::Progress& progress = {});

}  // namespace tweestap::projections
