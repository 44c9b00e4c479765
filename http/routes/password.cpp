// Changing the password.
#include "domain/account/account.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/password_proof.h"
#include "http/routes/routes.h"

namespace tweestap::http {
namespace {

constexpr Member kPasswordChangeBody[] = {
    {"current_password", MemberType::Secret, Presence::Required, kPasswordSentBytesMax, kPasswordAbout},
    {"new_password", MemberType::Secret, Presence::Required, kPasswordSentBytesMax,
     "8 to 128 characters, not on the list of leaked passwords."},
};

Response change_password(const Services& services, const Request& request, const Body& body) {
  const SessionCaller& session = *request.caller->session();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  // Before the current one is looked at, so that a weak wish is no try.
  const auto wanted = strong_enough(services, body.string("new_password"));
  if (!wanted) return problem_response(request, wanted.error());
  const auto token = draw_shared_token(services, TokenKind::Session);
  if (!token) return problem_response(request, token.error());

  PasswordProof proof(services, *caller, request.caller->account->profile.identifier_hash, session.account,
                      body.string("current_password"));
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    auto evidence = proof.evidence(&basis.account());
    if (!evidence) return std::unexpected(std::move(evidence.error()));
    std::optional<domain::NewVerifier> verifier;
    if (*evidence && (*evidence)->matched) {
      auto made = hash_password(services, *wanted);
      if (!made) return std::unexpected(std::move(made.error()));
      verifier = std::move(*made);
    }
    return domain::ChangePassword{.account = session.account,
                                  .session = session.session,
                                  .caller = *caller,
                                  .fresh_token = (*token)->id,
                                  .password = std::move(*evidence),
                                  .verifier = std::move(verifier)};
  };
  const auto answer = [token = *token, delivery = TokenDelivery(services, request)](const domain::Answer& outcome) {
    Response response = fresh_session_response(std::get<domain::SessionAnswer>(outcome), *token, delivery);
    delivery.clear_device(response);  // rule SES-2
    return response;
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of(session.account),
                      .answer = answer,
                      .account = session.account,
                      .keep = {.ends_token = true}});
}

}  // namespace

std::vector<Route> password_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/account/password",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session}.fresh(),
      .throttle = ThrottledSecret::Password,
      .summary = "Changes the password; everything else that is open ends.",
      .query = Query::none(),
      .body = kPasswordChangeBody,
      .answers = Answers{Answer::json(Success::Ok, "the session with its fresh token", kFreshSessionShape)},
      .problems = Problems{ProblemCode::CredentialsRejected, ProblemCode::WeakPassword, ProblemCode::StepUpRequired},
      .handler = Handler{[&services](Request& r, const Body& body) { return change_password(services, r, body); }},
  });
  return routes;
}

}  // namespace tweestap::http
