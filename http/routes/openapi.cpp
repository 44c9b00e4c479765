#include "http/routes/openapi.h"

#include <memory>
#include <string>

#include "http/openapi.h"

namespace tweestap::http {
namespace {

struct Documents {
  std::string of_public;
  std::string of_staff;

  [[nodiscard]] const std::string& of(ListenerKind listener) const {
    switch (listener) {
      case ListenerKind::Public:
        return of_public;
      case ListenerKind::Staff:
        return of_staff;
    }
    return of_public;
  }
};

}  // namespace

void add_openapi_route(std::vector<Route>& table, std::string_view version) {
  // Filled below, when the table is whole, and never changed again: the handler shares it.
  const auto documents = std::make_shared<Documents>();
  table.push_back(Route{
      .verb = VerbName::Get,
      .path = "/openapi.json",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Anyone},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "This description of the listener's routes (OpenAPI 3.1).",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::other("application/json", "the OpenAPI document")},
      .problems = Problems::none(),
      .handler = Handler{[documents](Request& request, const Body&) {
        return Response::json(Success::Ok, documents->of(request.listener));
      }},
  });
  documents->of_public = openapi_document(ListenerKind::Public, table, version);
  documents->of_staff = openapi_document(ListenerKind::Staff, table, version);
}

}  // namespace tweestap::http
