// The six codes that let a person in without the phone.
#include "domain/recovery/recovery.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/password_proof.h"
#include "http/routes/recovery_set.h"
#include "http/routes/routes.h"

namespace tweestap::http {
namespace {

constexpr AnswerMember kCodesMembers[] = {
    {"recovery_codes", AnswerType::Strings, true, "Six codes, shown once."},
};
constexpr AnswerShape kCodesShape{"RecoveryCodes", kCodesMembers};

Response regenerate(const Services& services, const Request& request, const Body& body) {
  const SessionCaller& session = *request.caller->session();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  PasswordProof proof(services, *caller, request.caller->account->profile.identifier_hash, session.account,
                      body.string("password"));
  RecoverySetOnOffer offered(services);
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    domain::RegenerateRecoveryCodes command{.account = session.account,
                                            .session = session.session,
                                            .caller = *caller,
                                            .password = std::nullopt,
                                            .set = std::nullopt};
    if (!basis.account().two_step) return command;  // the decision says what stands in the way
    auto evidence = proof.evidence(&basis.account());
    if (!evidence) return std::unexpected(std::move(evidence.error()));
    command.password = std::move(*evidence);
    if (command.password && command.password->matched) {
      auto set = offered.set();
      if (!set) return std::unexpected(std::move(set.error()));
      command.set = std::move(*set);
    }
    return command;
  };
  const auto answer = [codes = offered.codes()](const domain::Answer&) {
    JsonWriter json;
    json.begin_object();
    write_recovery_codes(json, *codes);
    json.end_object();
    return Response::json(Success::Created, json.take());
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of(session.account),
                      .answer = answer,
                      .account = session.account,
                      .keep = {.shows_recovery_codes = true}});
}

Response acknowledge(const Services& services, const Request& request) {
  const SessionCaller& session = *request.caller->session();
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::AcknowledgeRecoveryCodes{.account = session.account, .session = session.session};
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = {},
                      .answer = [](const domain::Answer&) { return Response::empty(); },
                      .account = session.account});
}

}  // namespace

std::vector<Route> recovery_code_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/account/recovery-codes",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session}.fresh(),
      .throttle = ThrottledSecret::Password,
      .summary = "Makes new recovery codes; the old ones are void.",
      .query = Query::none(),
      .body = kPasswordBody,
      .answers = Answers{Answer::json(Success::Created, "the codes", kCodesShape)},
      .problems = Problems{ProblemCode::CredentialsRejected, ProblemCode::StateConflict, ProblemCode::StepUpRequired},
      .handler = Handler{[&services](Request& r, const Body& body) { return regenerate(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/account/recovery-codes/acknowledge",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Done: the person has kept the codes.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("noted")},
      .problems = Problems{ProblemCode::StateConflict},
      .handler = Handler{[&services](Request& r, const Body&) { return acknowledge(services, r); }},
  });
  return routes;
}

}  // namespace tweestap::http
