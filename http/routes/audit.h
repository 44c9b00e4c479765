#pragma once
// One account's past, for auditors.
#include <vector>

#include "http/route.h"
#include "http/services.h"

namespace tweestap::http {

/// GET /v1/audit/accounts/{account}/events and …/state. `services` outlives the routes.
[[nodiscard]] std::vector<Route> audit_routes(const Services& services);

}  // namespace tweestap::http
