// refused: could not convert .*Summary
// The description is the route's text in the OpenAPI document.
#include "http/route.h"

namespace tweestap::http {

Response nothing_here(Request&, const Body&);

Route route() {
  return Route{
      .verb = VerbName::Get,
      .path = "/v1/door",
      .listeners = ListenerSet::Both,
      .who = {Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
#ifndef TWEESTAP_OFFENCE
      .summary = "Opens the door.",
#endif
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = {Answer::empty("the door is open")},
      .problems = Problems::none(),
      .handler = nothing_here,
  };
}

}  // namespace tweestap::http
