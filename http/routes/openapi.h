#pragma once
// Serving the description of the routes, made from the routes.
#include <string_view>
#include <vector>

#include "http/route.h"

namespace tweestap::http {

/// Adds GET /openapi.json to a finished table. It describes itself too, so nothing may be added behind it.
void add_openapi_route(std::vector<Route>& table, std::string_view version);

}  // namespace tweestap::http
