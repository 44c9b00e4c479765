// What staff do to an account that is there: unlock, close, open, and its own date.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/account/account.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/json_writer.h"
#include "http/routes/answers.h"
#include "http/routes/routes.h"
#include "http/routes/staff_fields.h"

namespace tweestap::http {
namespace {

constexpr Member kReasonBody[] = {
    {"reason", MemberType::String, Presence::Required, domain::kReasonMax.count,
     "Why: 1 to 500 characters. Kept, and readable for auditors only."},
};
constexpr Member kDateBody[] = {
    {"date", MemberType::Time, Presence::OptionalOrNull, 0,
     "From when this account needs two-step; null: the organisation's date again. Has to be given."},
};
constexpr AnswerMember kDateMembers[] = {
    {"mandatory_from", AnswerType::Time, false, "The account's own date; absent: the organisation's holds."},
};
constexpr AnswerShape kDateShape{"MandatoryFrom", kDateMembers};

// One command about an account that is there, by whoever calls.
template <class Command>
Response run_on_account(const Services& services, const Request& request, const Command& command, bool ends_own_token,
                        std::function<Response(const domain::Answer&)> answer, bool seals) {
  const auto subject = domain::Subject::of(command.account);
  return run_command(
      services, request,
      {.make = [command](CommandBasis&) -> std::expected<domain::Command, Problem> { return domain::Command{command}; },
       .seals_for = seals ? std::optional{subject} : std::nullopt,
       .answer = std::move(answer),
       .account = account_of(*request.caller),
       .keep = {.ends_token = ends_own_token}});
}

Response no_content(const domain::Answer&) { return Response::empty(); }

// Runs `act(account, reason)` with what both the path and the body say.
template <class Act>
Response with_reason(const Services& services, const Request& request, const Body& body, Act act) {
  const auto account = account_in_path(request);
  if (!account) return problem_response(request, ProblemCode::NotFound);
  auto reason = reason_of(body);
  if (!reason) return problem_response(request, reason.error());
  // Asked before keys for the reason are looked for: an account that is not there has none.
  const auto state = read_account(services, *account);
  if (!state) return failure_response(services, request, state.error());
  if (*state == nullptr) return problem_response(request, ProblemCode::NotFound);
  return act(*account, std::move(*reason));
}

Response unlock(const Services& services, const Request& request, const Body& body) {
  const Caller& caller = *request.caller;
  return with_reason(services, request, body, [&](const domain::AccountId& account, std::string reason) {
    const domain::UnlockSecondStep command{.account = account,
                                           .actor = caller.actor(),
                                           .by_admin_session = is_admin_session(caller),
                                           .reason = std::move(reason)};
    return run_on_account(services, request, command, false, no_content, true);
  });
}

Response disable(const Services& services, const Request& request, const Body& body) {
  const Caller& caller = *request.caller;
  return with_reason(services, request, body, [&](const domain::AccountId& account, std::string reason) {
    const bool itself = account_of(caller) == account;
    return run_on_account(
        services, request,
        domain::DisableAccount{.account = account, .actor = caller.actor(), .reason = std::move(reason)}, itself,
        no_content, true);
  });
}

Response enable(const Services& services, const Request& request, const Body& body) {
  const Caller& caller = *request.caller;
  return with_reason(services, request, body, [&](const domain::AccountId& account, std::string reason) {
    return run_on_account(
        services, request,
        domain::EnableAccount{.account = account, .actor = caller.actor(), .reason = std::move(reason)}, false,
        no_content, true);
  });
}

Response set_mandatory_from(const Services& services, const Request& request, const Body& body) {
  const auto account = account_in_path(request);
  if (!account) return problem_response(request, ProblemCode::NotFound);
  const auto date = body.time("date");
  if (!date && !body.is_null("date")) return problem_response(request, malformed("date"));
  return run_on_account(
      services, request,
      domain::SetMandatoryFrom{.account = *account, .actor = request.caller->actor(), .mandatory_from = date}, false,
      [date](const domain::Answer&) {
        JsonWriter json;
        json.begin_object();
        if (date) json.member("mandatory_from", domain::rfc3339(*date));
        json.end_object();
        return Response::json(Success::Ok, json.take());
      },
      false);
}

}  // namespace

std::vector<Route> staff_account_state_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/accounts/{account}/unlock",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffHelpdesk, Principal::KeyHelpdesk}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Opens the lock of an account's second step and clears its counts.",
      .query = Query::none(),
      .body = kReasonBody,
      .answers = Answers{Answer::empty("it is open")},
      .problems = Problems{ProblemCode::NotFound, ProblemCode::StateConflict},
      .handler = Handler{[&services](Request& request, const Body& body) { return unlock(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/accounts/{account}/disable",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Closes an account and ends everything that is open on it.",
      .query = Query::none(),
      .body = kReasonBody,
      .answers = Answers{Answer::empty("it is closed")},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& request, const Body& body) { return disable(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/accounts/{account}/enable",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Opens a closed account again.",
      .query = Query::none(),
      .body = kReasonBody,
      .answers = Answers{Answer::empty("it is open")},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& request, const Body& body) { return enable(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Put,
      .path = "/v1/accounts/{account}/mandatory-from",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Gives one account its own date from which it needs two-step.",
      .query = Query::none(),
      .body = kDateBody,
      .answers = Answers{Answer::json(Success::Ok, "the account's own date", kDateShape)},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& request, const Body& body) {
        return set_mandatory_from(services, request, body);
      }},
  });
  return routes;
}

}  // namespace tweestap::http
