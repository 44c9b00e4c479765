#pragma once
// Where a request came from, as far as it is known.
#include <optional>
#include <string>

#include "domain/pseudonym.h"
#include "domain/terms.h"

namespace tweestap::domain {

struct Caller {
  Listener listener{};
  std::optional<Pseudonym> network;             // this month's
  std::optional<Pseudonym> network_last_month;  // counts hold for either
  std::optional<Pseudonym> agent;
  std::optional<std::string> address;     // personal
  std::optional<std::string> user_agent;  // personal, cut to kUserAgentMax

  /// Whether an event's network is this one, also across the turn of a month.
  [[nodiscard]] bool is_from(const std::optional<Pseudonym>& other) const {
    return other && (other == network || other == network_last_month);
  }
};

}  // namespace tweestap::domain
