#pragma once
// The OpenAPI 3.1 document of one listener, from the table that dispatches.
#include <span>
#include <string>
#include <string_view>

#include "http/route.h"

namespace tweestap::http {

/// JSON, the same bytes for the same table.
[[nodiscard]] std::string openapi_document(ListenerKind listener, std::span<const Route> routes,
                                           std::string_view version);

/// Every problem a route can answer: its own and those of its kind (a body: malformed_request, payload_too_large, …).
[[nodiscard]] std::vector<ProblemCode> problems_of(const Route& route);

}  // namespace tweestap::http
