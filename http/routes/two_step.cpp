// Switching two-step off, and putting it off.
#include "domain/enrolment/enrolment.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/password_proof.h"
#include "http/routes/routes.h"

namespace tweestap::http {
namespace {

Response disable_two_step(const Services& services, const Request& request, const Body& body) {
  const SessionCaller& session = *request.caller->session();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  PasswordProof proof(services, *caller, request.caller->account->profile.identifier_hash, session.account,
                      body.string("password"));
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    domain::DisableTwoStep command{
        .account = session.account, .session = session.session, .caller = *caller, .password = std::nullopt};
    if (!basis.account().two_step) return command;  // the decision says what stands in the way
    auto evidence = proof.evidence(&basis.account());
    if (!evidence) return std::unexpected(std::move(evidence.error()));
    command.password = std::move(*evidence);
    return command;
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = {},
                      .answer =
                          [delivery = TokenDelivery(services, request)](const domain::Answer&) {
                            Response response = Response::empty();
                            delivery.clear_device(response);  // rule SES-2
                            return response;
                          },
                      .account = session.account});
}

Response defer_enrolment(const Services& services, const Request& request) {
  const SessionCaller& session = *request.caller->session();
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::DeferEnrolment{.account = session.account, .session = session.session};
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = {},
                      .answer = [](const domain::Answer&) { return Response::empty(); },
                      .account = session.account});
}

}  // namespace

std::vector<Route> two_step_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/account/two-step",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session}.fresh(),
      .throttle = ThrottledSecret::Password,
      .summary = "Switches two-step off; everything else that is open ends.",
      .query = Query::none(),
      .body = kPasswordBody,
      .answers = Answers{Answer::empty("two-step is off")},
      .problems = Problems{ProblemCode::CredentialsRejected, ProblemCode::StateConflict, ProblemCode::Forbidden,
                           ProblemCode::StepUpRequired},
      .handler = Handler{[&services](Request& r, const Body& body) { return disable_two_step(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/account/two-step/deferrals",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Not now: puts the offer of two-step off.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("put off")},
      .problems = Problems{ProblemCode::StateConflict},
      .handler = Handler{[&services](Request& r, const Body&) { return defer_enrolment(services, r); }},
  });
  return routes;
}

}  // namespace tweestap::http
