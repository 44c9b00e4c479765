// What happened to the account, for its owner.
#include "projections/queries/history.h"

#include <string>

#include "eventstore/partition.h"
#include "http/commands.h"
#include "http/routes/answers.h"
#include "http/routes/device_token.h"
#include "http/routes/event_text.h"
#include "http/routes/events.h"
#include "http/routes/routes.h"

namespace tweestap::http {
namespace {

constexpr std::uint64_t kHistoryLimitMax = 100;  // a screen or two; each is opened and put into words
constexpr std::uint64_t kHistoryLimitDefault = 50;

constexpr QueryParameter kHistoryQuery[] = {
    {"limit", QueryType::Number, 1, kHistoryLimitMax, "How many events at most; 50 where absent."},
    {"before", QueryType::Number, 1, kLogPositionMax, "The cursor of the page before."},
};
constexpr AnswerMember kHistoryEventMembers[] = {
    {"at", AnswerType::Time, true, "When it happened."},
    {"type", AnswerType::String, true, "The event's type."},
    {"text", AnswerType::String, true, "A sentence in the language of the request."},
    {"position", AnswerType::Integer, true, "Its place in the log."},
    {"address", AnswerType::String, false, "Where it came from."},
    {"user_agent", AnswerType::String, false, "With which program."},
    {"device", AnswerType::String, false, "The same for people: browser and system, as far as they are known."},
};
constexpr AnswerShape kHistoryEventShape{"HistoryEvent", kHistoryEventMembers};
constexpr AnswerMember kHistoryMembers[] = {
    {"events", AnswerType::Objects, true, "Newest first.", &kHistoryEventShape},
    {"before", AnswerType::String, false, "The cursor of the next page; absent at the end."},
};
constexpr AnswerShape kHistoryShape{"History", kHistoryMembers};

// Where a login came from; the other events say nothing personal that their owner does not know.
void write_origin(JsonWriter& json, const domain::Event& event) {
  const auto write = [&](const auto& from) {
    json.member("address", from.address).member("user_agent", from.user_agent);
    json.member("device", device_name(from.user_agent.value_or("")));
  };
  if (const auto* started = std::get_if<domain::LoginStarted>(&event)) write(*started);
  if (const auto* completed = std::get_if<domain::LoginCompleted>(&event)) write(*completed);
}

// Whoever names a language gets that one, everybody else their account's.
Language language_of(const Services& services, const Request& request) {
  if (request.header("Accept-Language")) return request.language;
  return services.texts.named(request.caller->account->profile.language).value_or(request.language);
}

Response show_history(const Services& services, const Request& request) {
  const auto page = projections::history(services.partition.log(), request.caller->account_id(),
                                         request.query_number("before").value_or(0),
                                         request.query_number("limit").value_or(kHistoryLimitDefault), &services.keys);
  if (!page) return failure_response(services, request, page.error());
  const Language language = language_of(services, request);
  JsonWriter json(page->events.size() * 256 + 64);
  json.begin_object().member_array("events");
  for (const projections::HistoryEvent& one : page->events) {
    json.begin_object()
        .member("at", domain::rfc3339(one.time))
        .member("type", domain::info_of(one.event).name)
        .member("text", event_text(services.texts, language, one.event))
        .member("position", one.position);
    write_origin(json, one.event);
    json.end_object();
  }
  json.end_array();
  if (page->before) json.member("before", std::to_string(*page->before));
  json.end_object();
  return Response::json(Success::Ok, json.take());
}

}  // namespace

std::vector<Route> history_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/account/history",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "What happened to the account, newest first.",
      .query = kHistoryQuery,
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "a page", kHistoryShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return show_history(services, r); }},
  });
  return routes;
}

}  // namespace tweestap::http
