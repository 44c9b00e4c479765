#include "http/routes/staff_policy.h"

#include <algorithm>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/policy/policy.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/json_writer.h"
#include "http/routes/answers.h"
#include "http/routes/routes.h"
#include "http/routes/staff_countries.h"
#include "http/routes/staff_fields.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

constexpr std::uint32_t kCountriesMax = 250;  // ISO 3166-1 has 249

constexpr Member kPolicyBody[] = {
    {"two_step_mandatory_from", MemberType::Time, Presence::OptionalOrNull, 0,
     "From when everybody needs two-step; null: never."},
    {"methods", MemberType::Strings, Presence::OptionalOrNull, 2,
     "How people may receive codes: totp, sms; at least one. null: both."},
    {"remember_durations", MemberType::Strings, Presence::OptionalOrNull, 4,
     "How long a device may be remembered: never, 12h, 3d, 1w. null: all."},
    {"four_eyes", MemberType::Boolean, Presence::OptionalOrNull, 0,
     "Whether a reset needs a second person. Off again only by the command line on a stopped service. null: false."},
    {"sms_countries", MemberType::Strings, Presence::OptionalOrNull, kCountriesMax,
     "ISO 3166-1 alpha-2 codes of the countries that SMS may go to. null: NL."},
};
constexpr AnswerMember kPolicyMembers[] = {
    {"two_step_mandatory_from", AnswerType::Time, false, "From when everybody needs two-step."},
    {"methods", AnswerType::Strings, true, "How people may receive codes."},
    {"remember_durations", AnswerType::Strings, true, "How long a device may be remembered."},
    {"four_eyes", AnswerType::Boolean, true, "Whether a reset needs a second person."},
    {"sms_countries", AnswerType::Strings, true, "Countries that SMS may go to."},
};
constexpr AnswerShape kPolicyShape{"Policy", kPolicyMembers};

constexpr QueryParameter kPreviewQuery[] = {
    {"mandatory_from", QueryType::Time, 0, 0, "The date to try.", true},
};
constexpr AnswerMember kPreviewMembers[] = {
    {"would_have_to_enrol", AnswerType::Integer, true, "Open accounts without two-step that the date would stop."},
};
constexpr AnswerShape kPreviewShape{"PolicyPreview", kPreviewMembers};

template <domain::Named E>
void write_set(JsonWriter& json, std::string_view name, domain::SetOf<E> set) {
  json.member_array(name);
  for (const E value : set.values()) json.string(domain::name_of(value));
  json.end_array();
}

std::optional<std::vector<std::string>> countries_of(std::span<const std::string_view> codes) {
  std::vector<std::string> countries;
  for (const std::string_view code : codes) {
    if (!is_country(code) || std::ranges::find(countries, code) != countries.end()) return std::nullopt;
    countries.emplace_back(code);
  }
  return countries;
}

std::expected<domain::SetPolicy, Problem> policy_of(const Body& body, domain::Actor actor) {
  domain::SetPolicy policy;
  policy.actor = actor;
  if (body.is_null("two_step_mandatory_from")) {
    policy.mandatory_from.emplace(std::nullopt);
  } else if (const auto time = body.time("two_step_mandatory_from")) {
    policy.mandatory_from.emplace(*time);
  }
  const domain::PolicyState first;  // what null goes back to
  if (body.is_null("methods")) {
    policy.methods = first.methods;
  } else if (const auto names = body.strings("methods")) {
    policy.methods = set_of_names<domain::Method>(*names);
    if (!policy.methods || policy.methods->empty()) return std::unexpected(malformed("methods"));
  }
  if (body.is_null("remember_durations")) {
    policy.remember_durations = first.remember_durations;
  } else if (const auto names = body.strings("remember_durations")) {
    policy.remember_durations = set_of_names<domain::Remember>(*names);
    if (!policy.remember_durations || policy.remember_durations->empty())
      return std::unexpected(malformed("remember_durations"));
  }
  policy.four_eyes = body.is_null("four_eyes") ? first.four_eyes : body.boolean("four_eyes");
  if (body.is_null("sms_countries")) {
    policy.sms_countries = first.sms_countries;
  } else if (const auto codes = body.strings("sms_countries")) {
    policy.sms_countries = countries_of(*codes);
    if (!policy.sms_countries) return std::unexpected(malformed("sms_countries"));
  }
  return policy;
}

Response show_policy(const Services& services, const Request& request) {
  const auto policy = read_policy(services);
  if (!policy) return failure_response(services, request, policy.error());
  return Response::json(Success::Ok, policy_json(*policy));
}

Response set(const Services& services, const Request& request, const Body& body) {
  const Caller& caller = *request.caller;
  auto policy = policy_of(body, caller.actor());
  if (!policy) return problem_response(request, policy.error());
  return run_command(services, request,
                     {.make = [policy = std::move(*policy)](CommandBasis&) -> std::expected<domain::Command, Problem> {
                        return domain::Command{policy};
                      },
                      .seals_for = std::nullopt,
                      .answer =
                          [](const domain::Answer& answer) {
                            return Response::json(Success::Ok, policy_json(std::get<domain::PolicyState>(answer)));
                          },
                      .account = account_of(caller)});
}

Response preview(const Services& services, const Request& request) {
  const auto text = request.query_parameter("mandatory_from");
  const auto date = text ? domain::parse_rfc3339(*text) : std::nullopt;
  if (!date) return problem_response(request, malformed("mandatory_from"));
  projections::Moment moment{services.partition.reader()};
  const auto count = moment.would_have_to_enrol(*date);
  if (!count) return failure_response(services, request, count.error());
  JsonWriter json;
  json.begin_object().member("would_have_to_enrol", *count).end_object();
  return Response::json(Success::Ok, json.take());
}

}  // namespace

std::string policy_json(const domain::PolicyState& policy) {
  JsonWriter json;
  json.begin_object();
  if (policy.mandatory_from) json.member("two_step_mandatory_from", domain::rfc3339(*policy.mandatory_from));
  write_set(json, "methods", policy.methods);
  write_set(json, "remember_durations", policy.remember_durations);
  json.member("four_eyes", policy.four_eyes).member_array("sms_countries");
  for (const std::string& country : policy.sms_countries) json.string(country);
  json.end_array().end_object();
  return json.take();
}

std::expected<domain::SetPolicy, Problem> policy_from_json(std::string_view json, domain::Actor actor) {
  std::string body{json};
  const HeaderField type{"Content-Type", "application/json"};
  Request request;
  request.headers = {&type, 1};
  request.body = body;
  const auto members = read_body(request, kPolicyBody);
  if (!members) return std::unexpected(members.error());
  return policy_of(*members, actor);
}

std::vector<Route> staff_policy_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/policy",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The organisation's policy.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the policy", kPolicyShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& request, const Body&) { return show_policy(services, request); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Put,
      .path = "/v1/policy",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Changes the organisation's policy; members that are absent stay as they are.",
      .query = Query::none(),
      .body = kPolicyBody,
      .answers = Answers{Answer::json(Success::Ok, "the policy as it is now", kPolicyShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& request, const Body& body) { return set(services, request, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/policy/preview",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "How many people a date would stop until they enrol.",
      .query = kPreviewQuery,
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the count", kPreviewShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& request, const Body&) { return preview(services, request); }},
  });
  return routes;
}

}  // namespace tweestap::http
