#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/policy/policy.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/json_writer.h"
#include "http/routes/answers.h"
#include "http/routes/routes.h"
#include "http/routes/staff_fields.h"
#include "http/tokens.h"
#include "platform/crypto/secret.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

constexpr Member kNewKeyBody[] = {
    {"name", MemberType::String, Presence::Required, domain::kKeyNameMax.count,
     "What staff call it: 1 to 100 characters, no e-mail address and no phone number, since events show it."},
    {"role", MemberType::String, Presence::Required, 16, "admin, helpdesk, auditor, frontend or stream."},
    {"expires_at", MemberType::Time, Presence::Optional, 0, "When it ends, in the future; absent: when it is revoked."},
};
constexpr AnswerMember kNewKeyMembers[] = {
    {"api_key", AnswerType::String, true, "Its public id."},
    {"key", AnswerType::Secret, true, "The key itself; shown this once."},
    {"name", AnswerType::String, true, "What staff call it."},
    {"role", AnswerType::String, true, "What it may do."},
    {"expires_at", AnswerType::Time, false, "When it ends."},
};
constexpr AnswerShape kNewKeyShape{"NewApiKey", kNewKeyMembers};
constexpr AnswerMember kKeyMembers[] = {
    {"api_key", AnswerType::String, true, "Its public id."},
    {"name", AnswerType::String, true, "What staff call it."},
    {"role", AnswerType::String, true, "What it may do."},
    {"expires_at", AnswerType::Time, false, "When it ends."},
};
constexpr AnswerShape kKeyShape{"ApiKey", kKeyMembers};
constexpr AnswerMember kKeyListMembers[] = {
    {"api_keys", AnswerType::Objects, true, "Those that are not revoked, oldest first.", &kKeyShape},
};
constexpr AnswerShape kKeyListShape{"ApiKeys", kKeyListMembers};

struct KeyDescription {
  domain::ApiKeyId id;
  std::string name;
  domain::KeyRole role{};
  std::optional<domain::Time> expires_at;
};

void write_key(JsonWriter& json, const KeyDescription& key, const platform::Secret* text) {
  json.begin_object().member("api_key", key.id.text());
  if (text != nullptr) json.member("key", text->reveal_text());
  json.member("name", key.name).member("role", domain::name_of(key.role));
  if (key.expires_at) json.member("expires_at", domain::rfc3339(*key.expires_at));
  json.end_object();
}

std::expected<KeyDescription, Problem> description_of(const Body& body, domain::Time now) {
  KeyDescription key;
  auto name = platform::public_name(body.string("name"));
  if (!name || name->size() > domain::kKeyNameMax.count) return std::unexpected(malformed("name"));
  key.name = std::move(*name);
  const auto role = domain::parse_name<domain::KeyRole>(body.string("role"));
  if (!role) return std::unexpected(malformed("role"));
  key.role = *role;
  key.expires_at = body.time("expires_at");
  if (key.expires_at && *key.expires_at <= now) return std::unexpected(malformed("expires_at"));
  return key;
}

Response create_key(const Services& services, const Request& request, const Body& body) {
  const Caller& caller = *request.caller;
  auto key = description_of(body, services.now());
  if (!key) return problem_response(request, key.error());
  auto id = draw_id<domain::ApiKeyId>(services.random);
  if (!id) return failure_response(services, request, id.error());
  auto drawn = draw_token(services.random, TokenKind::ApiKey);
  if (!drawn) return failure_response(services, request, drawn.error());
  key->id = *id;
  const domain::CreateApiKey command{.actor = caller.actor(),
                                     .api_key = key->id,
                                     .token = drawn->id,
                                     .role = key->role,
                                     .name = key->name,
                                     .expires_at = key->expires_at};
  // Shared, since a std::function has to be copyable.
  const auto text = std::make_shared<const platform::Secret>(std::move(drawn->text));
  return run_command(
      services, request,
      {.make = [command](CommandBasis&) -> std::expected<domain::Command, Problem> { return domain::Command{command}; },
       .seals_for = std::nullopt,
       .answer =
           [key = std::move(*key), text](const domain::Answer&) {
             JsonWriter json;
             write_key(json, key, text.get());
             return Response::json(Success::Created, json.take());
           },
       .account = account_of(caller)});
}

Response list_keys(const Services& services, const Request& request) {
  projections::Moment moment{services.partition.reader()};
  auto keys = moment.api_keys();
  if (!keys) return failure_response(services, request, keys.error());
  std::erase_if(*keys, [](const projections::ApiKeyRow& key) { return key.revoked_at.has_value(); });
  std::ranges::sort(*keys, {}, [](const projections::ApiKeyRow& key) { return std::pair{key.created_at, key.id}; });
  JsonWriter json;
  json.begin_object().member_array("api_keys");
  for (const projections::ApiKeyRow& key : *keys) {
    write_key(json, {.id = key.id, .name = key.name, .role = key.role, .expires_at = key.expires_at}, nullptr);
  }
  json.end_array().end_object();
  return Response::json(Success::Ok, json.take());
}

Response revoke(const Services& services, const Request& request) {
  const Caller& caller = *request.caller;
  const auto id = domain::ApiKeyId::parse(request.path_parameter("api_key"));
  if (!id) return problem_response(request, ProblemCode::NotFound);
  const domain::RevokeApiKey command{.actor = caller.actor(), .api_key = *id};
  const bool itself = caller.key() != nullptr && caller.key()->api_key == *id;
  return run_command(
      services, request,
      {.make = [command](CommandBasis&) -> std::expected<domain::Command, Problem> { return domain::Command{command}; },
       .seals_for = std::nullopt,
       .answer = [](const domain::Answer&) { return Response::empty(); },
       .account = account_of(caller),
       .keep = {.ends_token = itself}});
}

}  // namespace

std::vector<Route> staff_api_key_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/api-keys",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Makes a key for a machine client.",
      .query = Query::none(),
      .body = kNewKeyBody,
      .answers = Answers{Answer::json(Success::Created, "the key, shown this once", kNewKeyShape)},
      .problems = Problems{ProblemCode::StateConflict},
      .handler =
          Handler{[&services](Request& request, const Body& body) { return create_key(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/api-keys",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The machine clients, without their keys.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the machine clients", kKeyListShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& request, const Body&) { return list_keys(services, request); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/api-keys/{api_key}",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Revokes a machine client's key at once.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("it is over")},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& request, const Body&) { return revoke(services, request); }},
  });
  return routes;
}

}  // namespace tweestap::http
