#pragma once
// From a request to the route that answers it.
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "http/route.h"

namespace tweestap::http {

/// What stands between the router and a handler: authentication, throttles, idempotency. Calls `route.handler.call` or
/// answers by itself. Called by many threads at once.
using Around = std::function<Response(const Route& route, Request& request, const Body& body)>;

/// The routes of one listener. Immutable once made; any thread may call answer().
///
/// Literal segments are compared with the bytes that were sent, not with decoded ones: every route has one spelling, so
/// a path rule of a proxy in front cannot be walked around with %2e or %76.
class Router {
 public:
  /// Keeps the rows of `routes` that are on `listener`. Two rows for the same method and path are a bug and end the
  /// process.
  Router(ListenerKind listener, std::vector<Route> routes, Around around);
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Finds the route (not_found, method_not_allowed), reads parameters and body (malformed_request, …), goes on with
  /// `around`. HEAD is answered like GET; the listener leaves the body out.
  [[nodiscard]] Response answer(Request& request) const;

  /// How long a body may be that the route of this method and path reads line by line; 0 where none does.
  [[nodiscard]] std::uint64_t lines_bytes_max(Method method, std::string_view path) const;

  /// The rows of this listener, in the order of the table.
  [[nodiscard]] std::span<const Route> routes() const { return routes_; }

 private:
  struct Table;
  std::vector<Route> routes_;
  Around around_;
  std::unique_ptr<Table> table_;
};

}  // namespace tweestap::http
