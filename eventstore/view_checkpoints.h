#pragma once
// Which view's rows are in the store, in which format. Only for eventstore/.
#include <expected>
#include <optional>
#include <span>

#include "eventstore/inline_view.h"
#include "eventstore/keys.h"
#include "eventstore/storage.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

[[nodiscard]] std::expected<std::optional<ViewCheckpoint>, platform::Failure> load_checkpoint(const Storage& storage,
                                                                                              ViewNumber view);
/// Synced.
[[nodiscard]] std::expected<void, platform::Failure> store_checkpoint(Storage& storage, ViewNumber view,
                                                                      const ViewCheckpoint& checkpoint);
/// From now on the view's rows count as not built. Synced.
[[nodiscard]] std::expected<void, platform::Failure> drop_checkpoint(Storage& storage, ViewNumber view);

/// Before the first batch: Invalid where a view's rows are not built in its format. Views that are not given will fall
/// behind with that batch, so their checkpoints go. In an empty log every view is current.
[[nodiscard]] std::expected<void, platform::Failure> settle_checkpoints(Storage& storage, std::uint64_t head,
                                                                        std::span<InlineView* const> views);

}  // namespace tweestap::eventstore
