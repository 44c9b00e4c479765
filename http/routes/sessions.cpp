// A session as its owner sees it, and its end.
#include "domain/sessions/sessions.h"

#include "http/commands.h"
#include "http/routes/answers.h"
#include "http/routes/routes.h"

namespace tweestap::http {
namespace {

constexpr AnswerMember kShownSessionMembers[] = {
    {"session", AnswerType::String, true, "The session's id."},
    {"account", AnswerType::String, true, "Whose it is."},
    {"roles", AnswerType::Strings, true, "person, helpdesk, admin, auditor."},
    {"amr", AnswerType::Strings, true, "How the person proved who they are: pwd, otp, sms, recovery, hwk, pin."},
    {"authenticated_at", AnswerType::Time, true, "When it began."},
    {"expires_at", AnswerType::Time, true, "Its absolute end."},
    {"stepped_up_at", AnswerType::Time, false, "When the second step was passed again."},
    {"remembered_device", AnswerType::String, false, "The device that stood for the second step."},
};
constexpr AnswerShape kShownSessionShape{"Session", kShownSessionMembers};

Response show_session(const Services& services, const Request& request) {
  const SessionCaller& caller = *request.caller->session();
  const domain::Session* live = domain::live_session(*request.caller->account, caller.session, services.now());
  if (live == nullptr) return problem_response(request, ProblemCode::TokenExpired);  // just now
  const domain::SessionAnswer session = domain::answer_of(caller.account, *request.caller->account, *live);
  JsonWriter json;
  json.begin_object().member("session", session.session.text()).member("account", session.account.text());
  json.member_array("roles");
  for (const domain::Role role : session.roles.values()) json.string(domain::name_of(role));
  json.end_array();
  write_names(json, "amr", session.amr);
  json.member("authenticated_at", domain::rfc3339(session.started_at));
  json.member("expires_at", domain::rfc3339(session.expires_at));
  if (session.stepped_up_at) json.member("stepped_up_at", domain::rfc3339(*session.stepped_up_at));
  if (session.device) json.member("remembered_device", session.device->text());
  json.end_object();
  return Response::json(Success::Ok, json.take());
}

Response end_session(const Services& services, const Request& request, bool everywhere) {
  const SessionCaller& caller = *request.caller->session();
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::EndSession{.account = caller.account, .session = caller.session, .everywhere = everywhere};
  };
  const auto answer = [delivery = TokenDelivery(services, request)](const domain::Answer&) {
    Response response = Response::empty();
    delivery.clear(response, TokenCookie::Session);
    return response;
  };
  return run_command(
      services, request,
      {.make = make, .seals_for = {}, .answer = answer, .account = caller.account, .keep = {.ends_token = true}});
}

}  // namespace

std::vector<Route> session_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/session",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The session of the token.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the session", kShownSessionShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return show_session(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/session",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Logs out.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("logged out")},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return end_session(services, r, false); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/sessions",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Logs out everywhere.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("every session of the account ended")},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return end_session(services, r, true); }},
  });
  return routes;
}

}  // namespace tweestap::http
