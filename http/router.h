#pragma once
// From a request to the route that answers it.
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "http/route.h"

namespace tweestap::http {

/// Reads what a request says beyond its path: parameters into the request, the body as the route describes it.
/// malformed_request and the other problems of a request's form. To be called once, while the request is there.
using ReadForm = std::function<std::expected<Body, Problem>()>;

/// What stands between the router and a handler: authentication, throttles, idempotency. Calls `route.handler.call` or
/// answers by itself. Who calls comes first: how a request has to look is no business of somebody who may not make it,
/// and the answer to nobody is the same whatever came along. Called by many threads at once.
using Around = std::function<Response(const Route& route, Request& request, const ReadForm& read)>;

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

  /// Finds the route (not_found, method_not_allowed) and goes on with `around`. Without one it reads the form
  /// (malformed_request, …) and calls the handler. HEAD is answered like GET; the listener leaves the body out.
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
