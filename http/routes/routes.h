#pragma once
// The one table of routes: a line for each file below http/routes.
#include <vector>

#include "http/route.h"
#include "http/services.h"

namespace tweestap::http {

class Pages;
struct ServiceFacts;

// People's routes, on both listeners; each in a file of its name. `services` outlives the routes.
[[nodiscard]] std::vector<Route> login_routes(const Services& services);
[[nodiscard]] std::vector<Route> session_routes(const Services& services);
[[nodiscard]] std::vector<Route> step_up_routes(const Services& services);
[[nodiscard]] std::vector<Route> account_routes(const Services& services);
[[nodiscard]] std::vector<Route> password_routes(const Services& services);
[[nodiscard]] std::vector<Route> enrolment_routes(const Services& services);
[[nodiscard]] std::vector<Route> recovery_code_routes(const Services& services);
[[nodiscard]] std::vector<Route> two_step_routes(const Services& services);
[[nodiscard]] std::vector<Route> device_routes(const Services& services);
[[nodiscard]] std::vector<Route> history_routes(const Services& services);

/// All of the above.
[[nodiscard]] std::vector<Route> people_routes(const Services& services);

/// The phone app's, on the public listener alone.
[[nodiscard]] std::vector<Route> app_routes(const Services& services);

// Routes of staff and machines, each in a file of its name.
[[nodiscard]] std::vector<Route> introspect_routes(const Services& services);
[[nodiscard]] std::vector<Route> staff_account_routes(const Services& services);
[[nodiscard]] std::vector<Route> staff_account_state_routes(const Services& services);
[[nodiscard]] std::vector<Route> staff_import_routes(const Services& services);
[[nodiscard]] std::vector<Route> staff_reset_routes(const Services& services);
[[nodiscard]] std::vector<Route> staff_policy_routes(const Services& services);
[[nodiscard]] std::vector<Route> staff_api_key_routes(const Services& services);
// event_routes(): events.h. health_routes(): health.h. add_openapi_route(): openapi.h. page_routes(): pages.h.

/// The whole table of both listeners, with its description and, where this is a demo, the demo's. What is handed in
/// outlives the routes.
[[nodiscard]] std::vector<Route> all_routes(const Services& services, const ServiceFacts& facts, const Pages& pages);

}  // namespace tweestap::http
