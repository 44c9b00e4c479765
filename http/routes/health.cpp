#include "http/routes/health.h"

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "eventstore/partition.h"
#include "http/commands.h"
#include "http/json_writer.h"
#include "http/problem.h"
#include "platform/clock.h"
#include "platform/files.h"
#include "platform/metrics.h"
#include "projections/rebuild.h"

namespace tweestap::http {
namespace {

constexpr AnswerMember kHealthMembers[] = {{"status", AnswerType::String, true, "live or ready"}};
constexpr AnswerShape kHealthShape{"Health", kHealthMembers};

constexpr AnswerMember kProjectionMembers[] = {
    {"name", AnswerType::String, true, "Which projection."},
    {"format", AnswerType::Integer, true, "The number of its rows' format."},
    {"position", AnswerType::Integer, true, "The position it is current to."},
};
constexpr AnswerShape kProjectionShape{"Projection", kProjectionMembers};
constexpr AnswerMember kFollowerMembers[] = {
    {"name", AnswerType::String, true, "Which follower."},
    {"position", AnswerType::Integer, true, "The last position it has handled."},
};
constexpr AnswerShape kFollowerShape{"Follower", kFollowerMembers};
constexpr AnswerMember kDiskMembers[] = {
    {"free_bytes", AnswerType::Integer, true, "Free on the data folder's file system."},
    {"reserve_bytes", AnswerType::Integer, true, "Below this, commands are refused (setting storage.reserve)."},
};
constexpr AnswerShape kDiskShape{"Disk", kDiskMembers};
constexpr AnswerMember kClockMembers[] = {
    {"alarm", AnswerType::Boolean, true, "Over a minute apart now, or a jump within the last 24 hours."},
    {"difference_ms", AnswerType::Integer, true, "Wall clock minus the service's own time, now."},
    {"jumped_ms", AnswerType::Integer, false, "The last jump since the start: wall clock minus own time."},
    {"jumped_seconds_ago", AnswerType::Integer, false, "When that was noticed."},
};
constexpr AnswerShape kClockShape{"Clock", kClockMembers};
constexpr AnswerMember kStreamMembers[] = {
    {"state", AnswerType::String, true, "connecting, streaming, or stopped until somebody does what advice says."},
    {"topic", AnswerType::String, true, "The Kafka topic."},
    {"position", AnswerType::Integer, true, "Everything up to here is in the topic."},
    {"lag_seconds", AnswerType::Integer, true, "Age of the oldest event that is not in the topic."},
    {"in_flight", AnswerType::Integer, true, "Events on their way."},
    {"last_error", AnswerType::String, false, "The last trouble since the start."},
    {"last_error_seconds_ago", AnswerType::Integer, false, "When that was."},
    {"advice", AnswerType::String, false, "What somebody has to do. Logins go on without it."},
};
constexpr AnswerShape kStreamShape{"Stream", kStreamMembers};
constexpr AnswerMember kStatusMembers[] = {
    {"version", AnswerType::String, true, "Version and commit of the program."},
    {"log", AnswerType::String, true, "The log's id."},
    {"head", AnswerType::Integer, true, "The last durable position."},
    {"uptime_seconds", AnswerType::Integer, true, "Since the start."},
    {"accepts_commands", AnswerType::Boolean, true, "Whether something can be stored at present."},
    {"projections", AnswerType::Objects, true, "What is kept current with the log.", &kProjectionShape},
    {"followers", AnswerType::Objects, true, "What follows the log for an effect.", &kFollowerShape},
    {"relay_lag", AnswerType::Integer, false, "Events that are not in the Kafka topic yet, where there is one."},
    {"stream", AnswerType::Object, false, "The stream to Kafka, where one is configured.", &kStreamShape},
    {"disk", AnswerType::Object, true, "Room for more.", &kDiskShape},
    {"clock", AnswerType::Object, true, "Whether the machine's time of day is to be believed.", &kClockShape},
};
constexpr AnswerShape kStatusShape{"Status", kStatusMembers};

Response healthy(std::string_view status) {
  JsonWriter json;
  json.begin_object().member("status", status).end_object();
  return Response::json(Success::Ok, json.take());
}

// Ready means that a login can be stored; a proxy in front sends nobody here before.
Response ready(const Services& services, const Request& request) {
  if (request.stopping.stop_requested() || !services.partition.accepts()) {
    return problem_response(request, ProblemCode::Unavailable);
  }
  return healthy("ready");
}

std::int64_t clock_difference_us(const Services& services) { return services.clock.wall_us() - services.now().us; }

// A wall clock that is behind stays an alarm until it has come back; one that jumped ahead is followed at once, so that
// the two agree again although somebody set the time.
void write_clock(JsonWriter& json, const Services& services, const ServiceFacts& facts) {
  const std::int64_t difference_us = clock_difference_us(services);
  const auto jump = facts.clock_jump ? facts.clock_jump() : std::nullopt;
  const std::int64_t ago_us = jump ? services.clock.monotonic_us() - jump->at_monotonic_us : 0;
  const bool apart = std::abs(difference_us) > platform::SecurityClock::kDifferenceUs;
  json.member_object("clock")
      .member("alarm", apart || (jump && ago_us < kClockAlarmUs))
      .member("difference_ms", difference_us / 1000);
  if (jump) {
    json.member("jumped_ms", jump->difference_us / 1000).member("jumped_seconds_ago", ago_us / 1'000'000);
  }
  json.end_object();
}

void write_stream(JsonWriter& json, const ServiceFacts& facts) {
  const auto stream = facts.stream ? facts.stream() : std::nullopt;
  if (!stream) return;
  json.member("relay_lag", stream->lag_events)
      .member_object("stream")
      .member("state", stream->state)
      .member("topic", stream->topic)
      .member("position", stream->position)
      .member("lag_seconds", stream->lag_us / 1'000'000)
      .member("in_flight", stream->in_flight);
  if (!stream->last_error.empty()) {
    json.member("last_error", stream->last_error)
        .member("last_error_seconds_ago", stream->last_error_ago_us / 1'000'000);
  }
  if (!stream->advice.empty()) json.member("advice", stream->advice);
  json.end_object();
}

Response status(const Services& services, const ServiceFacts& facts, const Request& request) {
  const auto free = platform::free_bytes(facts.data);
  if (!free) return failure_response(services, request, free.error());
  const auto views = projections::view_states(services.partition.reader());
  if (!views) return failure_response(services, request, views.error());
  const eventstore::Log& log = services.partition.log();
  const std::uint64_t head = log.head().position;

  JsonWriter json;
  json.begin_object()
      .member("version", facts.version)
      .member("log", log.id().text())
      .member("head", head)
      .member("uptime_seconds", (services.clock.monotonic_us() - facts.started_us) / 1'000'000)
      .member("accepts_commands", services.partition.accepts().has_value())
      .member_array("projections");
  for (const eventstore::ViewState& view : *views) {
    // Written in the events' own batches, so they are where the log is.
    json.begin_object().member("name", view.name).member("format", view.format_wanted).member("position", head);
    json.end_object();
  }
  json.end_array().member_array("followers");
  for (const FollowerProgress& follower : facts.followers ? facts.followers() : std::vector<FollowerProgress>{}) {
    json.begin_object().member("name", follower.name).member("position", follower.position).end_object();
  }
  json.end_array();
  write_stream(json, facts);
  json.member_object("disk").member("free_bytes", *free).member("reserve_bytes", facts.reserve_bytes).end_object();
  write_clock(json, services, facts);
  json.end_object();
  return Response::json(Success::Ok, json.take());
}

}  // namespace

std::vector<Route> health_routes(const Services& services, const ServiceFacts& facts) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::GetAndHead,
      .path = "/health/live",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Anyone},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The process answers.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "it answers", kHealthShape)},
      .problems = Problems::none(),
      .handler = Handler{[](Request&, const Body&) { return healthy("live"); }},
  });
  routes.push_back(Route{
      .verb = VerbName::GetAndHead,
      .path = "/health/ready",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::Anyone},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Commands can be stored.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "they can", kHealthShape)},
      .problems = Problems{ProblemCode::Unavailable},
      .handler = Handler{[&services](Request& request, const Body&) { return ready(services, request); }},
  });
  const platform::Gauge apart = services.metrics.gauge(platform::GaugeInfo<0>{
      "tweestap_clock_difference_seconds", "Wall clock minus the service's own time: over a minute is an alarm."});
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/metrics",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::Anyone},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The service's figures for Prometheus.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::other("text/plain", "text exposition format 0.0.4")},
      .problems = Problems::none(),
      .handler = Handler{[&services, apart](Request&, const Body&) {
        apart.set(static_cast<double>(clock_difference_us(services)) / 1e6);
        return Response::text(services.metrics.render(), "text/plain; version=0.0.4; charset=utf-8");
      }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/status",
      .listeners = ListenerSet::Staff,
      .who = Who{Principal::StaffAdmin, Principal::KeyAdmin},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "How the service is doing.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the status", kStatusShape)},
      .problems = Problems::none(),
      .handler =
          Handler{[&services, &facts](Request& request, const Body&) { return status(services, facts, request); }},
  });
  return routes;
}

}  // namespace tweestap::http
