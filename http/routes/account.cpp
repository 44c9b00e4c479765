// The account as its owner sees and changes it.
#include "domain/account/account.h"

#include "http/commands.h"
#include "http/routes/account_view.h"
#include "http/routes/answers.h"
#include "http/routes/routes.h"
#include "platform/text/unicode.h"

namespace tweestap::http {
namespace {

constexpr Member kProfileChangeBody[] = {
    {"display_name", MemberType::String, Presence::Optional, domain::kDisplayNameMax.count, "1 to 100 characters."},
    {"language", MemberType::String, Presence::Optional, domain::kLanguageMax.count, "Such as nl or en."},
};

Response account_response(const AccountView& view) {
  JsonWriter json;
  json.begin_object();
  write_account_members(json, view);
  json.end_object();
  return Response::json(Success::Ok, json.take());
}

std::expected<AccountView, platform::Failure> view_of_caller(const Services& services, const domain::AccountId& account,
                                                             const domain::AccountState& state) {
  const auto policy = read_policy(services);
  if (!policy) return std::unexpected(policy.error());
  return view_account(services, account, state, *policy, services.now());
}

Response show_account(const Services& services, const Request& request) {
  const auto view = view_of_caller(services, request.caller->account_id(), *request.caller->account);
  if (!view) return failure_response(services, request, view.error());
  return account_response(*view);
}

Response change_profile(const Services& services, const Request& request, const Body& body) {
  const SessionCaller& session = *request.caller->session();
  std::optional<std::string> display_name;
  if (const auto typed = body.optional_string("display_name")) {
    auto shown = platform::display_name(*typed);
    if (!shown || shown->size() > domain::kDisplayNameMax.count) {
      return problem_response(request, malformed("display_name"));
    }
    display_name = std::move(*shown);
  }
  std::optional<std::string> language;
  if (const auto code = body.optional_string("language")) {
    const auto named = services.texts.named(*code);
    if (!named) return problem_response(request, malformed("language"));
    language = services.texts.code(*named);
  }
  // The answer may be written by the committer, which opens nothing: so the account is opened beforehand.
  auto view = view_of_caller(services, session.account, *request.caller->account);
  if (!view) return failure_response(services, request, view.error());
  if (display_name) view->display_name = display_name;
  if (language) view->language = *language;
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::ChangeProfile{
        .account = session.account, .session = session.session, .display_name = display_name, .language = language};
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of(session.account),
                      .answer = [view = *view](const domain::Answer&) { return account_response(view); },
                      .account = session.account});
}

}  // namespace

std::vector<Route> account_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/account",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The account of the session.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the account", kAccountShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return show_account(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Patch,
      .path = "/v1/account",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Changes the person's name or language.",
      .query = Query::none(),
      .body = kProfileChangeBody,
      .answers = Answers{Answer::json(Success::Ok, "the account as it is now", kAccountShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body& body) { return change_profile(services, r, body); }},
  });
  return routes;
}

}  // namespace tweestap::http
