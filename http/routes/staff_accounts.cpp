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
#include "http/routes/routes.h"
#include "http/routes/staff_fields.h"
#include "http/tokens.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

// What is typed may be longer than what is kept: blanks around it, wide letters, a domain that is not ASCII yet.
constexpr std::uint32_t kIdentifierTypedMax = 1024;
constexpr std::uint32_t kRolesMax = 4;  // there are no more

constexpr Member kCreateBody[] = {
    {"identifier", MemberType::String, Presence::Required, kIdentifierTypedMax, "The person's e-mail address."},
    {"password", MemberType::Secret, Presence::Optional, kPasswordSentBytesMax,
     "8 to 128 characters; absent: nobody can log in with a password."},
    {"display_name", MemberType::String, Presence::Optional, domain::kDisplayNameMax.count, "1 to 100 characters."},
    {"language", MemberType::String, Presence::Optional, domain::kLanguageMax.count, "Such as nl or en."},
    {"roles", MemberType::Strings, Presence::Optional, kRolesMax,
     "person, helpdesk, admin, auditor; at least one; person where absent."},
};
constexpr AnswerMember kCreatedMembers[] = {{"account", AnswerType::String, true, "The new account's id."}};
constexpr AnswerShape kCreatedShape{"NewAccount", kCreatedMembers};

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

// What an account is made from, checked.
struct NewAccount {
  std::string identifier;
  domain::LookupHash identifier_hash;
  std::optional<std::string> display_name;
  std::string language;
  domain::SetOf<domain::Role> roles{domain::Role::Person};
};

std::expected<NewAccount, Problem> account_of_body(const Services& services, const Body& body) {
  NewAccount account;
  auto identifier = platform::canonical_identifier(body.string("identifier"));
  if (!identifier) return std::unexpected(malformed("identifier"));
  account.identifier = std::move(*identifier);
  account.identifier_hash = services.keys.lookup_hash("identifier", account.identifier);
  if (const auto name = body.optional_string("display_name")) {
    auto shown = platform::display_name(*name);
    if (!shown || shown->size() > domain::kDisplayNameMax.count) return std::unexpected(malformed("display_name"));
    account.display_name = std::move(*shown);
  }
  account.language = body.optional_string("language").value_or(services.rules.default_language);
  if (!services.texts.named(account.language)) return std::unexpected(malformed("language"));
  if (const auto names = body.strings("roles")) {
    const auto roles = set_of_names<domain::Role>(*names);
    if (!roles || roles->empty()) return std::unexpected(malformed("roles"));
    account.roles = *roles;
  }
  return account;
}

// SecretText does not copy by itself, and a command may be made again.
std::optional<domain::NewVerifier> copy_of(const std::optional<domain::NewVerifier>& verifier) {
  if (!verifier) return std::nullopt;
  return domain::NewVerifier{.verifier = verifier->verifier.clone(), .pepper = verifier->pepper};
}

Response create(const Services& services, const Request& request, const Body& body) {
  const Caller& caller = *request.caller;
  auto account = account_of_body(services, body);
  if (!account) return problem_response(request, account.error());
  std::optional<platform::Secret> password;
  if (const auto typed = body.optional_string("password")) {
    auto strong = strong_enough(services, *typed);
    if (!strong) return problem_response(request, strong.error());
    password = std::move(*strong);
  }
  // The committer asks again; this only saves a hash and a key where the answer is known already.
  projections::Moment moment{services.partition.reader()};
  const auto owner = moment.find(account->identifier_hash);
  if (!owner) return failure_response(services, request, owner.error());
  if (*owner) {
    return problem_response(request, Problem{.code = ProblemCode::StateConflict, .hint = "identifier_taken"});
  }
  std::optional<domain::NewVerifier> verifier;
  if (password) {
    auto hashed = hash_password(services, *password);
    if (!hashed) return problem_response(request, hashed.error());
    verifier = std::move(*hashed);
  }
  const auto id = draw_id<domain::AccountId>(services.random);
  if (!id) return failure_response(services, request, id.error());
  const auto shared = std::make_shared<const std::optional<domain::NewVerifier>>(std::move(verifier));
  return run_command(services, request,
                     {.make = [account = std::move(*account), id = *id, actor = caller.actor(),
                               shared](CommandBasis&) -> std::expected<domain::Command, Problem> {
                        return domain::Command{domain::RegisterAccount{.account = id,
                                                                       .actor = actor,
                                                                       .identifier_hash = account.identifier_hash,
                                                                       .identifier = account.identifier,
                                                                       .display_name = account.display_name,
                                                                       .language = account.language,
                                                                       .roles = account.roles,
                                                                       .verifier = copy_of(*shared)}};
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

Response show(const Services& services, const Request& request) {
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
      .body = kCreateBody,
      .answers = Answers{Answer::json(Success::Created, "the account's id", kCreatedShape)},
      .problems = Problems{ProblemCode::WeakPassword, ProblemCode::StateConflict},
      .handler = Handler{[&services](Request& request, const Body& body) { return create(services, request, body); }},
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
      .handler = Handler{[&services](Request& request, const Body&) { return show(services, request); }},
  });
  return routes;
}

}  // namespace tweestap::http
