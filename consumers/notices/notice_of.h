#pragma once
// Which event gives which notice: the one table.
#include <optional>

#include "domain/account_state.h"
#include "domain/all_events.h"

namespace tweestap::consumers::notices {

/// What the person is told of this event; nothing for most. `before`: the account as it was before the event. Any
/// thread.
[[nodiscard]] std::optional<domain::Notice> notice_of(const domain::Event& event, const domain::AccountState& before);
/// Whether an event of that type can give one at all, without its account being looked at.
[[nodiscard]] bool may_give_notice(const domain::Event& event);

}  // namespace tweestap::consumers::notices
