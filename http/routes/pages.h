#pragma once
// Pages and their static files. Anybody may read them: they hold nothing of anybody, and what a person sees in one
// comes from the other routes.
#include <vector>

#include "http/pages/pages.h"
#include "http/route.h"

namespace tweestap::http {

/// GET / of either listener, GET /settings of people's, GET /pages/{hash}/{name...} of both. `pages` outlives the
/// routes.
[[nodiscard]] std::vector<Route> page_routes(const Pages& pages);

/// GET `path`: the page of that name, with the headers that every page has.
[[nodiscard]] Route page_route(const Pages& pages, Path path, Listeners listeners, Summary summary,
                               std::string_view name);

}  // namespace tweestap::http
