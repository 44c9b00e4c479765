// Passing the second step again, so that a session is fresh.
#include "domain/sessions/sessions.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/recovery_proof.h"
#include "http/routes/routes.h"
#include "platform/crypto/totp.h"

namespace tweestap::http {
namespace {

constexpr std::uint32_t kCodeSentMax = 64;  // room for dashes and spaces in a recovery code

constexpr Member kCodeBody[] = {
    {"code", MemberType::Secret, Presence::Optional, kCodeSentMax, "Six digits; this or a recovery code."},
    {"recovery_code", MemberType::Secret, Presence::Optional, kCodeSentMax,
     "XXXX-XXXX-XXXX, in any case, with or without dashes and spaces; this or a code."},
};
constexpr AnswerMember kRequestedMembers[] = {
    {"method", AnswerType::String, true, "How the person receives codes: totp or sms."},
    {"expires_at", AnswerType::Time, true, "How long to ask for the code."},
};
constexpr AnswerShape kRequestedShape{"StepUp", kRequestedMembers};

// An app needs no request before its code, so this changes nothing and only says which code to ask for.
Response request_step_up(const Services& services, const Request& request) {
  const domain::AccountState& state = *request.caller->account;
  if (!state.two_step) {
    return problem_response(request, Problem{.code = ProblemCode::StateConflict, .hint = "not_enrolled"});
  }
  JsonWriter json;
  json.begin_object()
      .member("method", domain::name_of(state.two_step->method))
      .member("expires_at", domain::rfc3339(services.now() + services.rules.domain.login_life))
      .end_object();
  return Response::json(Success::Accepted, json.take());
}

// What both kinds of code have in common: `fill` adds the evidence.
template <class Command, class Fill>
Response step_up(const Services& services, const Request& request, Fill fill) {
  const SessionCaller& session = *request.caller->session();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto token = draw_shared_token(services, TokenKind::Session);
  if (!token) return problem_response(request, token.error());
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    Command command{.account = session.account,
                    .session = session.session,
                    .caller = *caller,
                    .fresh_token = (*token)->id,
                    .code = std::nullopt};
    if (!basis.account().two_step) return command;  // the decision says what stands in the way
    if (auto trouble = fill(basis, *caller, command)) return std::unexpected(std::move(*trouble));
    return command;
  };
  const auto answer = [token = *token, delivery = TokenDelivery(services, request)](const domain::Answer& outcome) {
    return fresh_session_response(std::get<domain::SessionAnswer>(outcome), *token, delivery);
  };
  return run_command(
      services, request,
      {.make = make, .seals_for = {}, .answer = answer, .account = session.account, .keep = {.ends_token = true}});
}

Response step_up_by_code(const Services& services, const Request& request, std::string_view code) {
  if (!platform::is_six_digits(code)) return problem_response(request, malformed("code"));
  const auto fill = [&](CommandBasis& basis, const domain::Caller&,
                        domain::StepUpByCode& command) -> std::optional<Problem> {
    auto evidence =
        totp_evidence(services, basis, request.caller->account_id(), basis.account().two_step->secret_position, code);
    if (!evidence) return std::move(evidence.error());
    command.code = *evidence;
    return std::nullopt;
  };
  return step_up<domain::StepUpByCode>(services, request, fill);
}

Response step_up_by_recovery_code(const Services& services, const Request& request, std::string_view typed) {
  const auto code = canonical_recovery_code(typed);
  if (!code) return problem_response(request, malformed("recovery_code"));
  RecoveryProof proof(services, request.caller->account_id(), *code);
  const auto fill = [&](CommandBasis& basis, const domain::Caller& caller,
                        domain::StepUpByRecoveryCode& command) -> std::optional<Problem> {
    auto evidence = proof.evidence(basis.account(), caller);
    if (!evidence) return std::move(evidence.error());
    command.code = *evidence;
    return std::nullopt;
  };
  return step_up<domain::StepUpByRecoveryCode>(services, request, fill);
}

Response submit_code(const Services& services, const Request& request, const Body& body) {
  const auto code = body.optional_string("code");
  const auto recovery_code = body.optional_string("recovery_code");
  if (code && recovery_code) return problem_response(request, malformed("recovery_code"));
  if (code) return step_up_by_code(services, request, *code);
  if (recovery_code) return step_up_by_recovery_code(services, request, *recovery_code);
  return problem_response(request, malformed("code"));
}

}  // namespace

std::vector<Route> step_up_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/session/step-up",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Asks which code passes the second step again.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Accepted, "the method", kRequestedShape)},
      .problems = Problems{ProblemCode::StateConflict},
      .handler = Handler{[&services](Request& r, const Body&) { return request_step_up(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/session/step-up/code",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = ThrottledSecret::CodeOrRecoveryCode,
      .summary = "Passes the second step again; the session gets a fresh token.",
      .query = Query::none(),
      .body = kCodeBody,
      .answers = Answers{Answer::json(Success::Ok, "the session with its fresh token", kFreshSessionShape)},
      .problems = Problems{ProblemCode::CodeRejected, ProblemCode::Locked, ProblemCode::StateConflict},
      .handler = Handler{[&services](Request& r, const Body& body) { return submit_code(services, r, body); }},
  });
  return routes;
}

}  // namespace tweestap::http
