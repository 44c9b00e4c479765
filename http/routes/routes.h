#pragma once
// The one table of routes: a line for each file below http/routes.
#include <vector>

#include "http/route.h"
#include "http/services.h"

namespace tweestap::http {

// People's routes, on both listeners; each in a file of its name. `services` outlives the routes.
[[nodiscard]] std::vector<Route> login_routes(const Services& services);
[[nodiscard]] std::vector<Route> session_routes(const Services& services);
[[nodiscard]] std::vector<Route> step_up_routes(const Services& services);
[[nodiscard]] std::vector<Route> account_routes(const Services& services);
[[nodiscard]] std::vector<Route> password_routes(const Services& services);
[[nodiscard]] std::vector<Route> enrolment_routes(const Services& services);
[[nodiscard]] std::vector<Route> recovery_code_routes(const Services& services);
[[nodiscard]] std::vector<Route> two_step_routes(const Services& services);
[[nodiscard]] std::vector<Route> history_routes(const Services& services);

/// All of the above.
[[nodiscard]] std::vector<Route> people_routes(const Services& services);

}  // namespace tweestap::http
