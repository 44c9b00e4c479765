#pragma once
// What a log may say of an event.
#include <string>

#include "eventstore/envelope.h"

namespace tweestap::eventstore {

/// One line with type, place, actor and the public members, as described; personal and secret members cannot get into
/// it (LOG-1), and whatever text is in it stays one line of printable characters (LOG-2). Any thread.
[[nodiscard]] std::string log_line(const Envelope& envelope);

}  // namespace tweestap::eventstore
