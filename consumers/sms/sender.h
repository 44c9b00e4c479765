#pragma once
// Sends the codes that the log says were issued (rule SMS-3: and nothing that it says twice).
#include <expected>
#include <memory>

#include "consumers/sender.h"

namespace tweestap::consumers::sms {

/// Follows the log as `sms`. At a start it looks at everything younger than a code lives: a code is sent where it still
/// counts and no event says that this sending came to an end. `sending` outlives it.
[[nodiscard]] std::expected<std::unique_ptr<Sender>, platform::Failure> start_sender(const Sending& sending);

}  // namespace tweestap::consumers::sms
