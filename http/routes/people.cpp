#include <iterator>

#include "http/routes/routes.h"

namespace tweestap::http {

std::vector<Route> people_routes(const Services& services) {
  std::vector<Route> all;
  for (const auto routes : {login_routes, session_routes, step_up_routes, account_routes, password_routes,
                            enrolment_routes, recovery_code_routes, two_step_routes, device_routes, history_routes}) {
    auto some = routes(services);
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace tweestap::http
