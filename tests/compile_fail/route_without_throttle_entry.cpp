// refused: could not convert .*Throttle
// A route that looks at a secret without a brake would hand out guesses (THR-4).
#include "http/route.h"

namespace tweestap::http {

Response nothing_here(Request&, const Body&);

Route route() {
  return Route{
      .verb = VerbName::Get,
      .path = "/v1/door",
      .listeners = ListenerSet::Both,
      .who = {Principal::Session},
#ifndef TWEESTAP_OFFENCE
      .throttle = Throttle::none("looks at no secret"),
#endif
      .summary = "Opens the door.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = {Answer::empty("the door is open")},
      .problems = Problems::none(),
      .handler = nothing_here,
  };
}

}  // namespace tweestap::http
