// Staff help somebody who lost the phone and the recovery codes: a reset, and under four eyes its second person.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/reset/reset.h"
#include "eventstore/event_codec.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/json_writer.h"
#include "http/routes/answers.h"
#include "http/routes/routes.h"
#include "http/routes/staff_fields.h"
#include "http/tokens.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

constexpr Member kRequestBody[] = {
    {"reason", MemberType::String, Presence::Required, domain::kReasonMax.count,
     "Why: 1 to 500 characters. Kept, and readable for staff only."},
};
constexpr Member kDecisionBody[] = {
    {"reason", MemberType::String, Presence::Optional, domain::kReasonMax.count,
     "Why: 1 to 500 characters. Kept, and readable for auditors only."},
};
constexpr AnswerMember kResetMembers[] = {
    {"reset", AnswerType::String, true, "Which reset."},
    {"state", AnswerType::String, true, "done, awaiting_approval or denied."},
    {"expires_at", AnswerType::Time, false, "While it awaits approval: nobody can approve it from then on."},
};
constexpr AnswerShape kResetShape{"Reset", kResetMembers};
constexpr AnswerMember kWaitingMembers[] = {
    {"reset", AnswerType::String, true, "Which reset."},
    {"account", AnswerType::String, true, "Whose two-step it is."},
    {"requested_by", AnswerType::String, true, "The account of who asked for it."},
    {"requested_at", AnswerType::Time, true, "When it was asked for."},
    {"expires_at", AnswerType::Time, true, "Nobody can approve it from then on."},
    {"reason", AnswerType::String, false, "Why, in the words of who asked; for sessions only."},
};
constexpr AnswerShape kWaitingShape{"WaitingReset", kWaitingMembers};
constexpr AnswerMember kResetListMembers[] = {
    {"resets", AnswerType::Objects, true, "Those that wait for a second person, who asked first in front.",
     &kWaitingShape},
};
constexpr AnswerShape kResetListShape{"WaitingResets", kResetListMembers};

std::string_view name_of(domain::ResetAnswer::State state) {
  switch (state) {
    case domain::ResetAnswer::State::Done:
      return "done";
    case domain::ResetAnswer::State::AwaitingApproval:
      return "awaiting_approval";
    case domain::ResetAnswer::State::Denied:
      return "denied";
  }
  std::unreachable();
}

Response answer_of(const domain::Answer& answer) {
  const auto& reset = std::get<domain::ResetAnswer>(answer);
  JsonWriter json;
  json.begin_object().member("reset", reset.reset.text()).member("state", name_of(reset.state));
  if (reset.expires_at) json.member("expires_at", domain::rfc3339(*reset.expires_at));
  json.end_object();
  const bool waits = reset.state == domain::ResetAnswer::State::AwaitingApproval;
  return Response::json(waits ? Success::Accepted : Success::Ok, json.take());
}

template <class Command>
Response run_on_reset(const Services& services, const Request& request, const Command& command) {
  return run_command(
      services, request,
      {.make = [command](CommandBasis&) -> std::expected<domain::Command, Problem> { return domain::Command{command}; },
       .seals_for = domain::Subject::of(command.account),
       .answer = answer_of,
       .account = account_of(*request.caller)});
}

Response request_reset(const Services& services, const Request& request, const Body& body) {
  const auto account = account_in_path(request);
  if (!account) return problem_response(request, ProblemCode::NotFound);
  auto reason = reason_of(body);
  if (!reason) return problem_response(request, reason.error());
  // Asked before keys for the reason are looked for: an account that is not there has none.
  const auto state = read_account(services, *account);
  if (!state) return failure_response(services, request, state.error());
  if (*state == nullptr) return problem_response(request, ProblemCode::NotFound);
  const auto reset = draw_id<domain::ResetId>(services.random);
  if (!reset) return failure_response(services, request, reset.error());
  return run_on_reset(services, request,
                      domain::RequestReset{.account = *account,
                                           .reset = *reset,
                                           .actor = request.caller->actor(),
                                           .by_admin_session = is_admin_session(*request.caller),
                                           .reason = std::move(*reason)});
}

Response decide(const Services& services, const Request& request, const Body& body, bool approves) {
  auto reason = optional_reason_of(body);
  if (!reason) return problem_response(request, reason.error());
  const auto reset = domain::ResetId::parse(request.path_parameter("reset"));
  if (!reset) return problem_response(request, ProblemCode::NotFound);
  const auto account = projections::Moment::latest(services.partition.reader()).reset_account(*reset);
  if (!account) return failure_response(services, request, account.error());
  if (!*account) return problem_response(request, ProblemCode::NotFound);
  return run_on_reset(services, request,
                      domain::DecideReset{.account = **account,
                                          .reset = *reset,
                                          .actor = request.caller->actor(),
                                          .by_admin_session = is_admin_session(*request.caller),
                                          .approves = approves,
                                          .reason = std::move(*reason)});
}

std::string actor_text(const domain::Actor& actor) {
  std::string text;
  domain::append_text(actor, text);
  return text;
}

Response list_waiting_resets(const Services& services, const Request& request) {
  const auto waiting = projections::Moment::latest(services.partition.reader()).waiting_resets(services.now());
  if (!waiting) return failure_response(services, request, waiting.error());
  const bool opens_reasons = request.caller->session() != nullptr;
  JsonWriter json;
  json.begin_object().member_array("resets");
  for (const projections::WaitingReset& one : *waiting) {
    json.begin_object()
        .member("reset", one.reset.text())
        .member("account", one.account.text())
        .member("requested_by", actor_text(one.requested_by))
        .member("requested_at", domain::rfc3339(one.requested_at))
        .member("expires_at", domain::rfc3339(one.expires_at));
    if (opens_reasons) {
      const auto event = open_event(services, one.position, eventstore::SealedClass::Personal);
      if (!event) return failure_response(services, request, event.error());
      if (const auto* requested = std::get_if<domain::ResetRequested>(&*event))
        json.member("reason", requested->reason);
    }
    json.end_object();
  }
  json.end_array().end_object();
  return Response::json(Success::Ok, json.take());
}

Route decision_route(const Services& services, Path path, Summary summary, bool approves) {
  return Route{
      .verb = VerbName::Post,
      .path = path,
      .listeners = ListenerSet::Staff,
      // A key gets in to be told that this needs a person.
      .who = Who{Principal::StaffHelpdesk, Principal::KeyHelpdesk}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = summary,
      .query = Query::none(),
      .body = kDecisionBody,
      .answers = Answers{Answer::json(Success::Ok, "what became of it", kResetShape)},
      .problems = Problems{ProblemCode::NotFound, ProblemCode::StateConflict},
      .handler = Handler{[&services, approves](Request& request, const Body& body) {
        return decide(services, request, body, approves);
      }},
  };
}

}  // namespace

std::vector<Route> staff_reset_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/accounts/{account}/two-step-reset",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffHelpdesk, Principal::KeyHelpdesk}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Resets an account's two-step, or under four eyes asks a second person to.",
      .query = Query::none(),
      .body = kRequestBody,
      .answers = Answers{Answer::json(Success::Ok, "it is done", kResetShape),
                         Answer::json(Success::Accepted, "it waits for a second person", kResetShape)},
      .problems = Problems{ProblemCode::NotFound, ProblemCode::StateConflict},
      .handler =
          Handler{[&services](Request& request, const Body& body) { return request_reset(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/resets",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffHelpdesk, Principal::KeyHelpdesk},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The resets that wait for a second person.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "those that wait", kResetListShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& request, const Body&) { return list_waiting_resets(services, request); }},
  });
  routes.push_back(decision_route(services, "/v1/resets/{reset}/approve", "Approves a reset that waits.", true));
  routes.push_back(decision_route(services, "/v1/resets/{reset}/deny", "Denies a reset that waits.", false));
  return routes;
}

}  // namespace tweestap::http
