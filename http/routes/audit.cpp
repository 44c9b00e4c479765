#include "http/routes/audit.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "eventstore/event_codec.h"
#include "eventstore/partition.h"
#include "http/authenticate.h"
#include "http/commands.h"
#include "http/json_writer.h"
#include "http/routes/answers.h"
#include "http/routes/audit_read.h"
#include "http/routes/events.h"
#include "http/routes/staff_fields.h"
#include "http/routes/state_json.h"
#include "projections/queries/audit.h"
#include "projections/queries/history.h"
#include "projections/queries/state_at.h"

namespace tweestap::http {
namespace {

using platform::Failure;

constexpr std::uint64_t kAuditLimitDefault = 100;
constexpr std::uint64_t kMomentBytesMax = 64;
// An answer ends behind the event that reaches this: 1,000 events of 16 KiB and 16 KiB sealed would be 32 MiB.
constexpr std::size_t kBytesMax = std::size_t{4} << 20;

constexpr QueryParameter kEventsQuery[] = {
    {"from", QueryType::Time, 0, 0, "Nothing earlier."},
    {"to", QueryType::Time, 0, 0, "Nothing later."},
    {"type", QueryType::Text, 0, kEventTypeBytesMax, "Only events of this type, such as `login.completed`."},
    {"after", QueryType::Number, 0, kLogPositionMax, "Events behind this position; 0, the default, is the beginning."},
    {"limit", QueryType::Number, 1, kFeedLimitMax, "At most so many events; 100 by default."},
};
constexpr AnswerMember kAuditEventMembers[] = {
    {"event", AnswerType::Anything, true, "The stored envelope, byte for byte."},
    {"personal", AnswerType::Anything, false,
     "The event's personal members by their names, {} where it has none; absent for API keys."},
    {"erased", AnswerType::Boolean, false,
     "true, in the place of `personal`: the event had personal members, and they were erased. Absent for API keys."},
};
constexpr AnswerShape kAuditEventShape{"AuditEvent", kAuditEventMembers};
constexpr AnswerMember kAuditPageMembers[] = {
    {"events", AnswerType::Objects, true, "Oldest first.", &kAuditEventShape},
    {"scanned_to", AnswerType::Integer, true, "The last position of the log looked at: ask on behind it."},
};
constexpr AnswerShape kAuditPageShape{"AuditPage", kAuditPageMembers};

constexpr QueryParameter kStateQuery[] = {
    {"at", QueryType::Text, 0, kMomentBytesMax,
     "A time, which means the last event that is not later, or a position of the log.", true},
};

// An account that is in the log, also where it is no longer there.
std::expected<bool, Failure> was_ever_there(const Services& services, const domain::AccountId& account) {
  const auto version = services.partition.log().version_of(domain::Subject::of(account));
  if (!version) return std::unexpected(version.error());
  return *version != 0;
}

// A person who audits sees what is personal; a machine, whose key may lie anywhere, does not.
bool sees_personal(const Request& request) { return request.caller->session() != nullptr; }

// `"personal":{…}`: the very object that was sealed. Its names are those of the event's description, and no member of
// another class is in it.
std::expected<void, Failure> write_personal(const Services& services, const eventstore::Record& record,
                                            JsonWriter& json) {
  const auto event = projections::decode_record(services.partition.log(), record, &services.keys);
  if (!event) return std::unexpected(event.error());
  switch (event->personal) {
    case projections::Personal::None:
      json.member_object("personal").end_object();
      return {};
    case projections::Personal::Opened: {
      const auto members = eventstore::members_to_seal(event->event, eventstore::SealedClass::Personal);
      json.key("personal").raw(members ? members->reveal_text() : "{}");
      return {};
    }
    case projections::Personal::Erased:
      json.member("erased", true);
      return {};
    case projections::Personal::Closed:
    case projections::Personal::Sealed:
      return std::unexpected(Failure{Failure::Kind::Unavailable, "personal members cannot be opened at present"});
  }
  std::unreachable();
}

std::expected<std::string, Failure> render(const Services& services, const projections::AuditPage& page,
                                           bool personal) {
  JsonWriter json{std::min(kBytesMax, page.events.size() * 1024 + 64)};
  std::uint64_t scanned_to = page.scanned_to;
  json.begin_object().member_array("events");
  for (const eventstore::Record& record : page.events) {
    json.begin_object().key("event").raw(record.envelope);
    if (personal) {
      if (auto written = write_personal(services, record, json); !written) return std::unexpected(written.error());
    }
    json.end_object();
    if (json.view().size() < kBytesMax) continue;
    scanned_to = record.position;
    break;
  }
  json.end_array().member("scanned_to", scanned_to).end_object();
  return json.take();
}

projections::AuditFilter filter_of(const Request& request) {
  projections::AuditFilter filter;
  if (const auto from = request.query_parameter("from")) filter.from = domain::parse_rfc3339(*from);
  if (const auto to = request.query_parameter("to")) filter.to = domain::parse_rfc3339(*to);
  filter.type = request.query_parameter("type").value_or("");
  filter.after = request.query_number("after").value_or(0);
  return filter;
}

Response show_events(const Services& services, const Request& request) {
  const auto account = account_in_path(request);
  if (!account) return problem_response(request, ProblemCode::NotFound);
  const auto there = was_ever_there(services, *account);
  if (!there) return failure_response(services, request, there.error());
  if (!*there) return problem_response(request, ProblemCode::NotFound);
  if (auto refused = tell_audit(services, request, domain::ReadBy::Audit, *account)) return std::move(*refused);
  const auto page = projections::audit(services.partition.log(), *account, filter_of(request),
                                       request.query_number("limit").value_or(kAuditLimitDefault));
  if (!page) return failure_response(services, request, page.error());
  auto body = render(services, *page, sees_personal(request));
  if (!body) return failure_response(services, request, body.error());
  return Response::json(Success::Ok, std::move(*body));
}

Response show_state(const Services& services, const Request& request) {
  const auto account = account_in_path(request);
  if (!account) return problem_response(request, ProblemCode::NotFound);
  const auto text = request.query_parameter("at");
  const auto until = text ? projections::parse_until(*text) : std::nullopt;
  if (!until) return problem_response(request, malformed("at"));
  const auto there = was_ever_there(services, *account);
  if (!there) return failure_response(services, request, there.error());
  if (!*there) return problem_response(request, ProblemCode::NotFound);
  if (auto refused = tell_audit(services, request, domain::ReadBy::Audit, *account)) return std::move(*refused);
  const auto found = projections::state_at(services.partition.log(), *account, *until);
  if (!found) return failure_response(services, request, found.error());
  if (!found->state.exists()) return problem_response(request, ProblemCode::NotFound);
  auto body = state_json(services.partition.log(), sees_personal(request) ? &services.keys : nullptr, *account, *found,
                         services.rules.domain);
  if (!body) return failure_response(services, request, body.error());
  return Response::json(Success::Ok, std::move(*body));
}

}  // namespace

std::vector<Route> audit_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/audit/accounts/{account}/events",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAuditor, Principal::KeyAuditor},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "One account's events as they are stored; the look is told to the log.",
      .query = kEventsQuery,
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "a page of the account's events", kAuditPageShape)},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& request, const Body&) { return show_events(services, request); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/audit/accounts/{account}/state",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAuditor, Principal::KeyAuditor},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "What an account was at a moment; the look is told to the log.",
      .query = kStateQuery,
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the account at that moment", kStateAnswerShape)},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& request, const Body&) { return show_state(services, request); }},
  });
  return routes;
}

}  // namespace tweestap::http
