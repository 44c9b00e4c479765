// refused: a route without a principal|<throw-expression>.*is not a constant expression
// Who may use a route is said in its row; nobody gets in because it was forgotten.
#include "http/route.h"

namespace tweestap::http {

Response nothing_here(Request&, const Body&);

Route route() {
  return Route{
      .verb = VerbName::Get,
      .path = "/v1/door",
      .listeners = ListenerSet::Both,
#ifndef TWEESTAP_OFFENCE
      .who = {Principal::Session},
#endif
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Opens the door.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = {Answer::empty("the door is open")},
      .problems = Problems::none(),
      .handler = nothing_here,
  };
}

}  // namespace tweestap::http
