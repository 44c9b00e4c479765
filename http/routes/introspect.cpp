#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/sessions/sessions.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/json_writer.h"
#include "http/routes/routes.h"
#include "http/tokens.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

// Ours have 47 bytes. A front end passes on whatever a browser sent, and hears that it is not active rather than that
// the request was malformed; the bound is what fits a header beside others.
constexpr std::uint32_t kTokenBytesMax = 4096;

constexpr Member kIntrospectionBody[] = {
    {"token", MemberType::Secret, Presence::Required, kTokenBytesMax, "The session token that a browser sent."},
};
constexpr AnswerMember kMembers[] = {
    {"active", AnswerType::Boolean, true, "Whether it is a session's token that counts; false says nothing more."},
    {"sub", AnswerType::String, false, "The account."},
    {"amr", AnswerType::Strings, false, "How the session was obtained (RFC 8176)."},
    {"auth_time", AnswerType::Integer, false, "When the person logged in, in seconds since 1970."},
    {"exp", AnswerType::Integer, false, "When the session ends at the latest, in seconds since 1970."},
    {"roles", AnswerType::Strings, false, "What the account may do."},
};
constexpr AnswerShape kShape{"Introspection", kMembers};

struct Found {
  domain::AccountId account;
  domain::AccountState state;
  domain::SessionRef session;
};

// The session that a token of this front door opens, if it is live.
std::expected<std::optional<Found>, platform::Failure> find(const Services& services, std::string_view token) {
  if (token_kind(token) != TokenKind::Session) return std::nullopt;
  projections::Moment moment{services.partition.reader()};
  const domain::TokenId id = token_id(token);
  const auto row = moment.token(id);
  if (!row) return std::unexpected(row.error());
  if (!*row || (*row)->kind != projections::TokenKind::Session) return std::nullopt;
  auto state = moment.account((*row)->account);
  if (!state) return std::unexpected(state.error());
  if (!*state) return std::nullopt;
  const domain::SessionRef session{
      .session = (*row)->session(), .token = id, .listener = listener_of(ListenerKind::Public)};
  if (domain::live_session(**state, session, services.now()) == nullptr) return std::nullopt;
  return Found{(*row)->account, std::move(**state), session};
}

constexpr std::int64_t whole_seconds(domain::Time time) { return time.us / 1'000'000; }

std::string render(const Found& found, const domain::SessionAnswer& session) {
  JsonWriter json;
  json.begin_object().member("active", true).member("sub", found.account.text()).member_array("amr");
  for (const domain::Amr amr : session.amr.values()) json.string(domain::name_of(amr));
  json.end_array()
      .member("auth_time", whole_seconds(session.started_at))
      .member("exp", whole_seconds(session.expires_at))
      .member_array("roles");
  for (const domain::Role role : session.roles.values()) json.string(domain::name_of(role));
  json.end_array().end_object();
  return json.take();
}

Response not_active() { return Response::json(Success::Ok, R"({"active":false})"); }

Response introspect(const Services& services, const Request& request, const Body& body) {
  const auto found = find(services, body.string("token"));
  if (!found) return failure_response(services, request, found.error());
  if (!*found) return not_active();
  const Found& session = **found;
  // Looking is using: without it a session that is only looked at would run into its idle limit.
  if (!touch_session(services, session.account, session.state, session.session)) return not_active();
  const domain::Session* live = domain::live_session(session.state, session.session, services.now());
  if (live == nullptr) return not_active();
  return Response::json(Success::Ok, render(session, domain::answer_of(session.account, session.state, *live)));
}

}  // namespace

std::vector<Route> introspect_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/introspect",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::KeyFrontend},
      .throttle = ThrottledSecret::Token,
      .summary = "Whether a session token counts, and whose it is (RFC 7662).",
      .query = Query::none(),
      .body = kIntrospectionBody,
      .answers = Answers{Answer::json(Success::Ok, "what the token is worth", kShape)},
      .problems = Problems::none(),
      .handler =
          Handler{[&services](Request& request, const Body& body) { return introspect(services, request, body); }},
  });
  return routes;
}

}  // namespace tweestap::http
