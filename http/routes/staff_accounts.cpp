// Accounts as staff make and see them.
#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/account/account.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/json_writer.h"
#include "http/routes/account_view.h"
#include "http/routes/answers.h"
#include "http/routes/audit_read.h"
#include "http/routes/new_account.h"
#include "http/routes/routes.h"
#include "http/routes/staff_fields.h"
#include "http/tokens.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

constexpr AnswerMember kNewAccountMembers[] = {{"account", AnswerType::String, true, "The new account's id."}};
constexpr AnswerShape kNewAccountShape{"NewAccount", kNewAccountMembers};

// The owner's members, and one more.
constexpr auto kStaffAccountMembers = [] {
  std::array<AnswerMember, std::size(kAccountMembers) + 1> members{};
  std::ranges::copy(kAccountMembers, members.begin());
  members.back() = {"disabled", AnswerType::Boolean, true, "Whether staff closed the account."};
  return members;
}();
constexpr AnswerShape kStaffAccountShape{"StaffAccount", kStaffAccountMembers};
constexpr AnswerMember kLookupMembers[] = {
    {"accounts", AnswerType::Objects, true, "None or one.", &kStaffAccountShape},
};
constexpr AnswerShape kLookupShape{"AccountLookup", kLookupMembers};

constexpr Member kLookupBody[] = {
    {"identifier", MemberType::String, Presence::Required, kIdentifierTypedMax, "The person's e-mail address."},
};

Response create_account(const Services& services, const Request& request, const Body& body) {
  const Caller& caller = *request.caller;
  auto identifier = read_identifier(services, body);
  if (!identifier) return problem_response(request, identifier.error());
  auto account = read_new_account(services, body, std::move(*identifier));
  if (!account) return problem_response(request, account.error());
  // The committer asks again; this only saves a hash and a key where the answer is known already.
  projections::Moment moment{services.partition.reader()};
  const auto owner = moment.find(account->identifier.hash);
  if (!owner) return failure_response(services, request, owner.error());
  if (*owner) {
    return problem_response(request, Problem{.code = ProblemCode::StateConflict, .hint = "identifier_taken"});
  }
  if (account->password) {
    auto hashed = hash_password(services, *account->password);
    if (!hashed) return problem_response(request, hashed.error());
    account->verifier = std::move(*hashed);
  }
  const auto id = draw_id<domain::AccountId>(services.random);
  if (!id) return failure_response(services, request, id.error());
  const auto shared = std::make_shared<const NewAccount>(std::move(*account));
  return run_command(
      services, request,
      {.make = [id = *id, actor = caller.actor(), shared](CommandBasis&) -> std::expected<domain::Command, Problem> {
         return registration_of(*shared, id, actor);
       },
       .seals_for = domain::Subject::of(*id),
       .answer =
           [id = *id](const domain::Answer&) {
             JsonWriter json;
             json.begin_object().member("account", id.text()).end_object();
             return Response::json(Success::Created, json.take());
           },
       .account = account_of(caller)});
}

// The account as staff see it. False: there is none, and nothing was written.
std::expected<bool, platform::Failure> write_for_staff(const Services& services, const domain::AccountId& account,
                                                       JsonWriter& json) {
  const auto state = read_account(services, account);
  if (!state) return std::unexpected(state.error());
  if (*state == nullptr) return false;
  const auto policy = read_policy(services);
  if (!policy) return std::unexpected(policy.error());
  const auto view = view_account(services, account, **state, *policy, services.now());
  if (!view) return std::unexpected(view.error());
  json.begin_object();
  write_account_members(json, *view);
  json.member("disabled", view->disabled).end_object();
  return true;
}

Response lookup(const Services& services, const Request& request, const Body& body) {
  const auto identifier = platform::canonical_identifier(body.string("identifier"));
  if (!identifier) return problem_response(request, malformed("identifier"));
  const domain::LookupHash hash = services.keys.lookup_hash("identifier", *identifier);
  projections::Moment moment{services.partition.reader()};
  const auto account = moment.find(hash);
  if (!account) return failure_response(services, request, account.error());
  JsonWriter json;
  json.begin_object().member_array("accounts");
  if (*account) {
    const auto written = write_for_staff(services, **account, json);
    if (!written) return failure_response(services, request, written.error());
  }
  json.end_array().end_object();
  const auto whose = *account ? projections::ReadSubject{**account} : projections::ReadSubject{hash};
  if (auto refused = tell_audit(services, request, domain::ReadBy::Lookup, whose)) return std::move(*refused);
  return Response::json(Success::Ok, json.take());
}

Response show_account_to_staff(const Services& services, const Request& request) {
  const auto account = account_in_path(request);
  if (!account) return problem_response(request, ProblemCode::NotFound);
  JsonWriter json;
  const auto written = write_for_staff(services, *account, json);
  if (!written) return failure_response(services, request, written.error());
  if (!*written) return problem_response(request, ProblemCode::NotFound);
  if (auto refused = tell_audit(services, request, domain::ReadBy::Account, *account)) return std::move(*refused);
  return Response::json(Success::Ok, json.take());
}

}  // namespace

std::vector<Route> staff_account_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/accounts",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("sets a password and compares none"),
      .summary = "Makes an account.",
      .query = Query::none(),
      .body = kNewAccountBody,
      .answers = Answers{Answer::json(Success::Created, "the account's id", kNewAccountShape)},
      .problems = Problems{ProblemCode::WeakPassword, ProblemCode::InvalidPhone, ProblemCode::StateConflict},
      .handler =
          Handler{[&services](Request& request, const Body& body) { return create_account(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/accounts/lookup",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffHelpdesk, Principal::KeyHelpdesk},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Finds the account of an e-mail address; the look is told to the log.",
      .query = Query::none(),
      .body = kLookupBody,
      .answers = Answers{Answer::json(Success::Ok, "none or one", kLookupShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& request, const Body& body) { return lookup(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/accounts/{account}",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffHelpdesk, Principal::KeyHelpdesk},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "An account as its owner sees it; the look is told to the log.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the account", kStaffAccountShape)},
      .problems = Problems{ProblemCode::NotFound},
      .handler =
          Handler{[&services](Request& request, const Body&) { return show_account_to_staff(services, request); }},
  });
  return routes;
}

}  // namespace tweestap::http
