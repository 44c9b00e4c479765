// Passing the second step again, so that a session is fresh.
#include <algorithm>

#include "domain/sessions/sessions.h"
#include "domain/sms/sms.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/recovery_proof.h"
#include "http/routes/routes.h"
#include "platform/crypto/totp.h"

namespace tweestap::http {
namespace {

constexpr Member kStepUpCodeBody[] = {
    {"code", MemberType::Secret, Presence::Optional, kCodeSentBytesMax, "Six digits; this or a recovery code."},
    {"recovery_code", MemberType::Secret, Presence::Optional, kCodeSentBytesMax,
     "XXXX-XXXX-XXXX, in any case, with or without dashes and spaces; this or a code."},
};
constexpr AnswerMember kRequestedMembers[] = {
    {"method", AnswerType::String, true, "How the person receives codes: totp or sms."},
    {"phone_hint", AnswerType::String, false, "sms: the masked number."},
    {"sms_sent", AnswerType::Boolean, false, "sms: a code is on its way."},
    {"resend_after", AnswerType::Time, false, "sms: when it may be sent again."},
    {"expires_at", AnswerType::Time, true, "How long to ask for the code."},
};
constexpr AnswerShape kRequestedShape{"StepUp", kRequestedMembers};

// Sends a code by SMS. An app needs no request before its code: then this changes nothing and says which to ask for.
Response request_step_up(const Services& services, const Request& request) {
  const SessionCaller& session = *request.caller->session();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto phone_hint = std::make_shared<std::optional<std::string>>();
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    phone_hint->reset();
    if (const auto& two_step = basis.account().two_step; two_step && two_step->phone) {
      auto hint = open_phone_hint(services, two_step->phone->position);
      if (!hint) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
      *phone_hint = std::move(*hint);
    }
    const auto challenge = draw_challenge_if(services, phone_hint->has_value());
    if (!challenge) return std::unexpected(challenge.error());
    return domain::RequestStepUp{
        .account = session.account, .session = session.session, .caller = *caller, .challenge = *challenge};
  };
  const auto answer = [phone_hint](const domain::Answer& outcome) {
    const auto& asked = std::get<domain::StepUpAnswer>(outcome);
    JsonWriter json;
    json.begin_object().member("method", domain::name_of(asked.method)).member("phone_hint", *phone_hint);
    if (asked.sms_sent) json.member("sms_sent", *asked.sms_sent);
    if (asked.resend_after) json.member("resend_after", domain::rfc3339(*asked.resend_after));
    json.member("expires_at", domain::rfc3339(asked.expires_at)).end_object();
    return Response::json(Success::Accepted, json.take());
  };
  return run_command(services, request, {.make = make, .seals_for = {}, .answer = answer, .account = session.account});
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
    const domain::AccountState& state = basis.account();
    const auto session =
        std::ranges::find(state.sessions, request.caller->session()->session.session, &domain::Session::id);
    if (session == state.sessions.end()) return std::nullopt;  // the decision says what stands in the way
    auto evidence = code_evidence(services, basis, request.caller->account_id(), state.two_step->method,
                                  state.two_step->secret_position, session->sms, domain::SmsPurpose::StepUp, code);
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

Response submit_step_up_code(const Services& services, const Request& request, const Body& body) {
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
      .throttle = Throttle::none("looks at no secret; messages have a budget of their own (SMS-2)"),
      .summary = "Asks for a code to pass the second step again; sends it where it goes by SMS.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Accepted, "the method", kRequestedShape)},
      .problems = Problems{ProblemCode::StateConflict, ProblemCode::TooManyRequests, ProblemCode::Locked},
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
      .body = kStepUpCodeBody,
      .answers = Answers{Answer::json(Success::Ok, "the session with its fresh token", kFreshSessionShape)},
      .problems = Problems{ProblemCode::CodeRejected, ProblemCode::Locked, ProblemCode::StateConflict},
      .handler = Handler{[&services](Request& r, const Body& body) { return submit_step_up_code(services, r, body); }},
  });
  return routes;
}

}  // namespace tweestap::http
