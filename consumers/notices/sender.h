#pragma once
// Tells people what happened to their account without their having asked.
#include <expected>
#include <memory>

#include "consumers/sender.h"

namespace tweestap::consumers::notices {

/// Follows the log as `notices`, with a few connections of its own, so that a flood of notices holds up no code. What
/// is older than an hour at the start is no longer sent, and is a notice.failed; but only from the stored cursor on, so
/// a log whose cursor is lost tells nothing of its past. `sending` outlives it.
[[nodiscard]] std::expected<std::unique_ptr<Sender>, platform::Failure> start_notices(const Sending& sending);

}  // namespace tweestap::consumers::notices
