#include <iterator>
#include <utility>
#include <vector>

#include "http/routes/audit.h"
#include "http/routes/demo.h"
#include "http/routes/events.h"
#include "http/routes/health.h"
#include "http/routes/openapi.h"
#include "http/routes/pages.h"
#include "http/routes/routes.h"

namespace tweestap::http {
namespace {

void add(std::vector<Route>& table, std::vector<Route> routes) {
  table.insert(table.end(), std::make_move_iterator(routes.begin()), std::make_move_iterator(routes.end()));
}

}  // namespace

std::vector<Route> all_routes(const Services& services, const ServiceFacts& facts, const Pages& pages) {
  std::vector<Route> table = people_routes(services);
  add(table, app_routes(services));
  add(table, introspect_routes(services));
  add(table, staff_account_routes(services));
  add(table, staff_account_state_routes(services));
  add(table, staff_import_routes(services));
  add(table, staff_reset_routes(services));
  add(table, staff_policy_routes(services));
  add(table, staff_api_key_routes(services));
  add(table, audit_routes(services));
  add(table, event_routes(services, {.waiting_max = facts.feed_readers_max}));
  add(table, health_routes(services, facts));
  add_openapi_route(table, facts.version);
  // Behind the description, which is for programs: it tells of no pages and of no demo.
  add(table, page_routes(pages));
  if (facts.demo_messages) add(table, demo_routes(*facts.demo_messages, pages));
  return table;
}

}  // namespace tweestap::http
