#include "http/openapi.h"

#include <algorithm>
#include <map>
#include <set>

#include "http/json_writer.h"
#include "platform/bug.h"

namespace tweestap::http {
namespace {

// OpenAPI writes methods in small letters.
std::string verb_key(VerbName verb) {
  std::string key{method_name(method_of(verb))};
  for (char& letter : key) letter = static_cast<char>(letter + ('a' - 'A'));
  return key;
}

// OpenAPI knows no parameter that takes several segments; its name alone is shown.
std::string shown_path(std::string_view path) {
  std::string shown{path};
  if (const std::size_t dots = shown.find("...}"); dots != std::string::npos) shown.erase(dots, 3);
  return shown;
}

std::vector<std::string_view> path_parameters(std::string_view path) {
  std::vector<std::string_view> names;
  for (std::size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const std::size_t close = path.find('}', open);
    std::string_view name = path.substr(open + 1, close - open - 1);
    if (name.ends_with("...")) name.remove_suffix(3);
    names.push_back(name);
  }
  return names;
}

// Unique and stable: postV1LoginsCurrentCode.
std::string operation_id(const Route& route) {
  std::string id{verb_key(route.verb)};
  bool upper = true;
  for (const char c : route.path.text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!letter) {
      upper = true;
      continue;
    }
    id += upper && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return id;
}

bool changes_something(VerbName verb) { return verb != VerbName::Get && verb != VerbName::GetAndHead; }

void write_member_schema(JsonWriter& json, const Member& member) {
  json.key(member.name).begin_object();
  const bool nullable = member.presence == Presence::OptionalOrNull;
  const auto type = [&](std::string_view name) {
    if (!nullable) {
      json.member("type", name);
      return;
    }
    json.member_array("type").string(name).string("null").end_array();
  };
  switch (member.type) {
    case MemberType::String:
      type("string");
      json.member("maxLength", member.max);
      break;
    case MemberType::Secret:
      type("string");
      json.member("format", "password").member("maxLength", member.max);
      break;
    case MemberType::Boolean:
      type("boolean");
      break;
    case MemberType::Integer:
      type("integer");
      json.member("minimum", 0).member("maximum", member.max);
      break;
    case MemberType::Strings:
      type("array");
      json.member_object("items").member("type", "string").end_object().member("maxItems", member.max);
      break;
    case MemberType::Jwk:
      type("object");
      json.member_array("required").string("kty").string("crv").string("x").string("y").end_array();
      break;
    case MemberType::Time:
      type("string");
      json.member("format", "date-time");
      break;
  }
  json.member("description", member.about).end_object();
}

void write_request_body(JsonWriter& json, const Route& route) {
  const auto members = route.body.members;
  if (members.empty()) return;
  const auto is_required = [](const Member& member) { return member.presence == Presence::Required; };
  const bool any_required = std::ranges::any_of(members, is_required);
  json.member_object("requestBody").member("required", any_required);
  // Of lines, the schema is that of each.
  const bool lines = route.body.lines_bytes_max != 0;
  json.member_object("content").member_object(lines ? "application/x-ndjson" : "application/json");
  json.member_object("schema")
      .member("type", "object")
      .member("additionalProperties", false)
      .member_object("properties");
  for (const Member& member : members) write_member_schema(json, member);
  json.end_object();
  if (any_required) {
    json.member_array("required");
    for (const Member& member : members) {
      if (is_required(member)) json.string(member.name);
    }
    json.end_array();
  }
  json.end_object().end_object().end_object().end_object();
}

void write_parameters(JsonWriter& json, const Route& route) {
  json.member_array("parameters");
  for (const std::string_view name : path_parameters(route.path.text)) {
    json.begin_object().member("name", name).member("in", "path").member("required", true);
    json.member_object("schema").member("type", "string").end_object().end_object();
  }
  for (const QueryParameter& parameter : route.query.parameters) {
    json.begin_object().member("name", parameter.name).member("in", "query").member("description", parameter.about);
    if (parameter.required) json.member("required", true);
    json.member_object("schema");
    switch (parameter.type) {
      case QueryType::Text:
        json.member("type", "string").member("maxLength", parameter.max);
        break;
      case QueryType::Number:
        json.member("type", "integer").member("minimum", parameter.min).member("maximum", parameter.max);
        break;
      case QueryType::Time:
        json.member("type", "string").member("format", "date-time");
        break;
    }
    json.end_object().end_object();
  }
  if (changes_something(route.verb) && route.body.lines_bytes_max == 0) {
    json.begin_object().member("name", "Idempotency-Key").member("in", "header");
    json.member("description", "Repeating the request with the same key gives the first answer again, for 24 hours.");
    json.member_object("schema").member("type", "string").member("minLength", 1).member("maxLength", 64);
    json.end_object().end_object();
  }
  json.end_array();
}

// What a shape refers to, itself included.
void collect(const AnswerShape& shape, std::map<std::string_view, const AnswerShape*>& into) {
  if (!into.emplace(shape.name, &shape).second) return;
  for (const AnswerMember& member : shape.members) {
    if (member.shape != nullptr) collect(*member.shape, into);
  }
}

void write_reference(JsonWriter& json, std::string_view shape) {
  json.member("$ref", "#/components/schemas/" + std::string{shape});
}

void write_answer_member(JsonWriter& json, const AnswerMember& member) {
  json.key(member.name).begin_object().member("description", member.about);
  switch (member.type) {
    case AnswerType::String:
      json.member("type", "string");
      break;
    case AnswerType::Secret:
      json.member("type", "string").member("format", "password");
      break;
    case AnswerType::Time:
      json.member("type", "string").member("format", "date-time");
      break;
    case AnswerType::Boolean:
      json.member("type", "boolean");
      break;
    case AnswerType::Integer:
      json.member("type", "integer");
      break;
    case AnswerType::Strings:
      json.member("type", "array").member_object("items").member("type", "string").end_object();
      break;
    case AnswerType::Object:
      if (member.shape == nullptr) platform::bug("an object of an answer without a shape");
      write_reference(json, member.shape->name);
      break;
    case AnswerType::Objects:
      if (member.shape == nullptr) platform::bug("objects of an answer without a shape");
      json.member("type", "array").member_object("items");
      write_reference(json, member.shape->name);
      json.end_object();
      break;
    case AnswerType::Anything:
      break;
  }
  json.end_object();
}

void write_shape(JsonWriter& json, const AnswerShape& shape) {
  json.key(shape.name).begin_object().member("type", "object").member_object("properties");
  for (const AnswerMember& member : shape.members) write_answer_member(json, member);
  json.end_object();
  if (std::ranges::any_of(shape.members, &AnswerMember::always)) {
    json.member_array("required");
    for (const AnswerMember& member : shape.members) {
      if (member.always) json.string(member.name);
    }
    json.end_array();
  }
  json.end_object();
}

void write_problem_answers(JsonWriter& json, const Route& route) {
  std::map<std::uint16_t, std::string> by_status;
  for (const ProblemCode code : problems_of(route)) {
    const ProblemInfo info = problem_info(code);
    std::string& codes = by_status[info.status];
    if (!codes.empty()) codes += ", ";
    codes += info.name;
  }
  for (const auto& [status, codes] : by_status) {
    json.member_object(std::to_string(status)).member("description", codes);
    json.member_object("content").member_object("application/problem+json").member_object("schema");
    write_reference(json, "Problem");
    json.end_object().end_object().end_object().end_object();
  }
}

void write_answers(JsonWriter& json, const Route& route) {
  json.member_object("responses");
  for (const Answer& answer : route.answers.list) {
    json.member_object(std::to_string(answer.status)).member("description", answer.about);
    if (!answer.content_type.empty()) {
      json.member_object("content").member_object(answer.content_type).member_object("schema");
      if (answer.shape != nullptr) {
        write_reference(json, answer.shape->name);
      } else {
        json.member("type", answer.content_type == "application/json" ? "object" : "string");
      }
      json.end_object().end_object().end_object();
    }
    json.end_object();
  }
  write_problem_answers(json, route);
  json.end_object();
}

struct Scheme {
  std::string_view name;
  std::string_view about;
  std::initializer_list<Principal> principals;
};

const Scheme kSchemes[] = {
    {"loginToken",
     "The token of a login that is not completed (lgt_…); pages use a cookie instead.",
     {Principal::LoginCodeRequired, Principal::LoginEnrolmentRequired}},
    {"sessionToken",
     "The token of a session (sst_…); pages use a cookie instead.",
     {Principal::Session, Principal::StaffHelpdesk, Principal::StaffAdmin, Principal::StaffAuditor}},
    {"apiKey",
     "The key of a machine client (key_…).",
     {Principal::KeyHelpdesk, Principal::KeyAdmin, Principal::KeyAuditor, Principal::KeyFrontend,
      Principal::KeyStream}},
};

void write_security(JsonWriter& json, const Route& route) {
  json.member_array("security");
  for (const Scheme& scheme : kSchemes) {
    const auto allowed = [&](Principal principal) { return route.who.contains(principal); };
    if (std::ranges::none_of(scheme.principals, allowed)) continue;
    json.begin_object().member_array(scheme.name).end_array().end_object();
  }
  json.end_array();
}

void write_operation(JsonWriter& json, const Route& route) {
  json.key(verb_key(route.verb)).begin_object();
  json.member("operationId", operation_id(route)).member("summary", route.summary.text);
  if (route.who.needs_fresh()) {
    json.member("description", "A session must have passed the second step in the last 5 minutes.");
  }
  write_parameters(json, route);
  write_request_body(json, route);
  write_answers(json, route);
  write_security(json, route);
  json.end_object();
}

void write_problem_schema(JsonWriter& json) {
  json.key("Problem").begin_object().member("type", "object");
  json.member("description", "RFC 9457. What to do stands in detail, in the language of Accept-Language.");
  json.member_object("properties");
  for (const std::string_view name : {"type", "title", "detail", "member"}) {
    json.member_object(name).member("type", "string").end_object();
  }
  json.member_object("status").member("type", "integer").end_object();
  json.member_object("code").member("type", "string").member_array("enum");
  for (const ProblemCode code : all_problem_codes()) json.string(problem_info(code).name);
  json.end_array().end_object();
  json.member_object("locked_until").member("type", "string").member("format", "date-time").end_object();
  json.member_object("locked").member("type", "boolean").end_object();
  json.end_object();
  json.member_array("required");
  for (const std::string_view name : {"type", "title", "status", "detail", "code"}) json.string(name);
  json.end_array().end_object();
}

void write_components(JsonWriter& json, std::span<const Route> routes) {
  std::map<std::string_view, const AnswerShape*> shapes;
  for (const Route& route : routes) {
    for (const Answer& answer : route.answers.list) {
      if (answer.shape != nullptr) collect(*answer.shape, shapes);
    }
  }
  json.member_object("components").member_object("schemas");
  write_problem_schema(json);
  for (const auto& [name, shape] : shapes) write_shape(json, *shape);
  json.end_object().member_object("securitySchemes");
  for (const Scheme& scheme : kSchemes) {
    json.member_object(scheme.name).member("type", "http").member("scheme", "bearer");
    json.member("description", scheme.about).end_object();
  }
  json.end_object().end_object();
}

}  // namespace

std::vector<ProblemCode> problems_of(const Route& route) {
  std::set<ProblemCode> problems(route.problems.list.begin(), route.problems.list.end());
  problems.insert(ProblemCode::MalformedRequest);
  problems.insert(ProblemCode::Unavailable);
  if (changes_something(route.verb)) {
    problems.insert(
        {ProblemCode::PayloadTooLarge, ProblemCode::UnsupportedMediaType, ProblemCode::IdempotencyConflict});
  }
  if (!route.who.contains(Principal::Anyone)) {
    problems.insert({ProblemCode::SessionRequired, ProblemCode::TokenExpired, ProblemCode::Forbidden});
  }
  if (route.who.needs_fresh()) problems.insert(ProblemCode::StepUpRequired);
  if (route.throttle.secret() != ThrottledSecret::None) problems.insert(ProblemCode::TooManyRequests);
  if (!path_parameters(route.path.text).empty()) problems.insert(ProblemCode::NotFound);
  return {problems.begin(), problems.end()};
}

std::string openapi_document(ListenerKind listener, std::span<const Route> routes, std::string_view version) {
  JsonWriter json{64 * 1024};
  const std::string_view title = listener == ListenerKind::Public ? "Tweestap" : "Tweestap for staff";
  json.begin_object().member("openapi", "3.1.0");
  json.member_object("info").member("title", title).member("version", version).end_object();
  json.member_object("paths");
  // An object has each path once, so its methods are brought together.
  std::map<std::string, std::vector<const Route*>> paths;
  for (const Route& route : routes) {
    if (on_listener(route, listener)) paths[shown_path(route.path.text)].push_back(&route);
  }
  for (const auto& [path, rows] : paths) {
    json.member_object(path);
    for (const Route* route : rows) write_operation(json, *route);
    json.end_object();
  }
  json.end_object();
  write_components(json, routes);
  json.end_object();
  return json.take();
}

}  // namespace tweestap::http
