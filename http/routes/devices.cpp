// Remembered devices as their owner sees them: how long, which, and forgetting them.
#include "domain/devices/devices.h"

#include <string>
#include <vector>

#include "eventstore/event_codec.h"
#include "eventstore/partition.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/routes.h"

namespace tweestap::http {
namespace {

constexpr std::uint32_t kDurationSentMax = 16;

constexpr Member kRememberBody[] = {
    {"duration", MemberType::String, Presence::Required, kDurationSentMax, "never, 12h, 3d or 1w."},
};
constexpr AnswerMember kRememberMembers[] = {
    {"duration", AnswerType::String, true, "How long a device is remembered from now on."},
};
constexpr AnswerShape kRememberShape{"Remember", kRememberMembers};
constexpr AnswerMember kDeviceMembers[] = {
    {"device", AnswerType::String, true, "The device's id."},
    {"name", AnswerType::String, false, "Browser and system, as far as they are known."},
    {"remembered_at", AnswerType::Time, true, "When the box was ticked."},
    {"last_used_at", AnswerType::Time, true, "When it let the person in last, or was remembered."},
    {"until", AnswerType::Time, true, "From then on it asks for a code again."},
    {"current", AnswerType::Boolean, true, "Whether this session was opened with it, or remembered it."},
};
constexpr AnswerShape kDeviceShape{"RememberedDevice", kDeviceMembers};
constexpr AnswerMember kDevicesMembers[] = {
    {"devices", AnswerType::Objects, true, "The oldest first.", &kDeviceShape},
};
constexpr AnswerShape kDevicesShape{"RememberedDevices", kDevicesMembers};

// What ends the device of this browser clears its cookie.
Response answered(Response response, const domain::Answer& outcome, const TokenDelivery& delivery) {
  if (std::get<domain::RememberAnswer>(outcome).forgets_current) delivery.clear_device(response);
  return response;
}

Response change_remember(const Services& services, const Request& request, const Body& body) {
  const SessionCaller& session = *request.caller->session();
  const auto duration = domain::parse_name<domain::Remember>(body.string("duration"));
  if (!duration) return problem_response(request, ProblemCode::InvalidDuration);
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::ChangeRemember{.account = session.account, .session = session.session, .duration = *duration};
  };
  const auto answer = [delivery = TokenDelivery(services, request)](const domain::Answer& outcome) {
    JsonWriter json;
    json.begin_object()
        .member("duration", domain::name_of(std::get<domain::RememberAnswer>(outcome).duration))
        .end_object();
    return answered(Response::json(Success::Ok, json.take()), outcome, delivery);
  };
  return run_command(services, request, {.make = make, .seals_for = {}, .answer = answer, .account = session.account});
}

std::expected<std::optional<std::string>, platform::Failure> name_of_device(const Services& services,
                                                                            const domain::Device& device) {
  // A caller that said nothing of itself has no name, and then nothing is sealed.
  const auto sealed = services.partition.log().sealed(device.position, eventstore::SealedClass::Personal);
  if (!sealed) return std::unexpected(sealed.error());
  if (!*sealed) return std::nullopt;
  auto event = open_event(services, device.position, eventstore::SealedClass::Personal);
  if (!event) return std::unexpected(std::move(event.error()));
  auto* remembered = std::get_if<domain::DeviceRemembered>(&*event);
  if (remembered == nullptr) {
    return std::unexpected(
        platform::Failure{platform::Failure::Kind::Damaged, "a row names an event that remembers no device"});
  }
  return std::move(remembered->name);
}

Response list_devices(const Services& services, const Request& request) {
  const SessionCaller& caller = *request.caller->session();
  const domain::AccountState& state = *request.caller->account;
  const domain::Time now = services.now();
  const domain::Session* session = domain::live_session(state, caller.session, now);
  if (session == nullptr) return problem_response(request, ProblemCode::TokenExpired);  // just now
  JsonWriter json;
  json.begin_object().member_array("devices");
  for (const domain::Device& device : state.devices) {
    if (device.is_over(now)) continue;
    const auto name = name_of_device(services, device);
    if (!name) return failure_response(services, request, name.error());
    json.begin_object()
        .member("device", device.id.text())
        .member("name", *name)
        .member("remembered_at", domain::rfc3339(device.remembered_at))
        .member("last_used_at", domain::rfc3339(device.last_used_at))
        .member("until", domain::rfc3339(device.until))
        .member("current", domain::is_own(device, *session))
        .end_object();
  }
  json.end_array().end_object();
  return Response::json(Success::Ok, json.take());
}

Response forget(const Services& services, const Request& request, const std::optional<domain::DeviceId>& device) {
  const SessionCaller& session = *request.caller->session();
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::ForgetDevice{.account = session.account, .session = session.session, .device = device};
  };
  const auto answer = [delivery = TokenDelivery(services, request)](const domain::Answer& outcome) {
    return answered(Response::empty(), outcome, delivery);
  };
  return run_command(services, request, {.make = make, .seals_for = {}, .answer = answer, .account = session.account});
}

Response forget_one(const Services& services, const Request& request) {
  const auto device = domain::DeviceId::parse(request.path_parameter("device"));
  if (!device) return problem_response(request, ProblemCode::NotFound);
  return forget(services, request, device);
}

}  // namespace

std::vector<Route> device_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Put,
      .path = "/v1/account/remember",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Chooses how long a device is remembered; longer needs a fresh session, shorter holds at once.",
      .query = Query::none(),
      .body = kRememberBody,
      .answers = Answers{Answer::json(Success::Ok, "the duration from now on", kRememberShape)},
      .problems = Problems{ProblemCode::InvalidDuration, ProblemCode::StepUpRequired},
      .handler = Handler{[&services](Request& r, const Body& body) { return change_remember(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/account/devices",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The devices that are remembered.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the devices", kDevicesShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return list_devices(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/account/devices",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Forgets every remembered device.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("all forgotten")},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return forget(services, r, std::nullopt); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/account/devices/{device}",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Forgets one remembered device.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("forgotten")},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& r, const Body&) { return forget_one(services, r); }},
  });
  return routes;
}

}  // namespace tweestap::http
