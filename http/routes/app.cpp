// The phone app: binding a phone from a session, and its logins with a PIN (rule APP-1).
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "domain/app_login/app_login.h"
#include "eventstore/event_codec.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/app_challenge.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/password_proof.h"
#include "http/routes/routes.h"
#include "http/tokens.h"
#include "platform/crypto/es256.h"
#include "platform/text/encoding.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

using platform::Es256PublicKey;

constexpr std::uint32_t kAppDeviceSentMax = 64;   // an id has 30
constexpr std::uint32_t kChallengeSentMax = 128;  // a challenge has 76
constexpr std::uint32_t kSignatureSentMax = 128;  // a signature has 86

constexpr std::string_view kSignatureAbout = "ES256, raw r and s, base64url.";

constexpr Member kBindBody[] = {
    {"password", MemberType::Secret, Presence::Required, kPasswordSentBytesMax, kPasswordAbout},
    {"name", MemberType::String, Presence::Required, domain::kDeviceNameMax.count, "What the person calls the phone."},
    {"device_key", MemberType::Jwk, Presence::Required, 0, "The phone's public key, P-256."},
    {"pin_key", MemberType::Jwk, Presence::Required, 0, "The public key that the PIN opens, P-256; another one."},
    {"challenge", MemberType::String, Presence::Required, kChallengeSentMax, "One of /v1/app/devices/challenges."},
    {"device_signature", MemberType::Secret, Presence::Required, kSignatureSentMax, kSignatureAbout},
    {"pin_signature", MemberType::Secret, Presence::Required, kSignatureSentMax, kSignatureAbout},
};
constexpr Member kChallengeBody[] = {
    {"app_device", MemberType::String, Presence::Required, kAppDeviceSentMax, "The phone's id."},
};
constexpr Member kLoginBody[] = {
    {"app_device", MemberType::String, Presence::Required, kAppDeviceSentMax, "The phone's id."},
    {"challenge", MemberType::String, Presence::Required, kChallengeSentMax, "One of /v1/app/challenges."},
    {"device_signature", MemberType::Secret, Presence::Required, kSignatureSentMax, kSignatureAbout},
    {"pin_signature", MemberType::Secret, Presence::Required, kSignatureSentMax, kSignatureAbout},
};
constexpr AnswerMember kChallengeMembers[] = {
    {"challenge", AnswerType::String, true, "What to sign."},
    {"sequence", AnswerType::Integer, false, "For a login: its number, which is signed with it."},
    {"expires_at", AnswerType::Time, true, "Until when a signature of it counts."},
};
constexpr AnswerShape kChallengeShape{"AppChallenge", kChallengeMembers};
constexpr AnswerMember kBoundMembers[] = {
    {"app_device", AnswerType::String, true, "The phone's id, for its logins."},
};
constexpr AnswerShape kBoundShape{"BoundAppDevice", kBoundMembers};
constexpr AnswerMember kPhoneMembers[] = {
    {"app_device", AnswerType::String, true, "The phone's id."},
    {"name", AnswerType::String, true, "What the person calls it."},
    {"bound_at", AnswerType::Time, true, "When it was bound."},
    {"last_used_at", AnswerType::Time, false, "When it logged in last."},
    {"locked", AnswerType::Boolean, true, "Whether too many wrong PINs ended it: it has to be bound again."},
};
constexpr AnswerShape kPhoneShape{"AppDevice", kPhoneMembers};
constexpr AnswerMember kPhonesMembers[] = {
    {"app_devices", AnswerType::Objects, true, "The oldest first.", &kPhoneShape},
};
constexpr AnswerShape kPhonesShape{"AppDevices", kPhonesMembers};

struct PhoneKeys {
  Es256PublicKey device;
  Es256PublicKey pin;
};

// As the event carries them: both points, base64url, a dot between them.
domain::SecretText keys_text(const PhoneKeys& keys) {
  return domain::SecretText{platform::to_base64url(keys.device.bytes()) + "." +
                            platform::to_base64url(keys.pin.bytes())};
}

platform::Failure damaged_phone_keys() {
  return {platform::Failure::Kind::Damaged, "a row names an event that does not have a phone's keys"};
}

std::expected<Es256PublicKey, platform::Failure> read_key(std::string_view text) {
  const auto bytes = platform::from_base64url(text);
  if (!bytes) return std::unexpected(damaged_phone_keys());
  return Es256PublicKey::from_bytes(*bytes);
}

std::expected<PhoneKeys, platform::Failure> open_keys(const Services& services, std::uint64_t position) {
  const auto event = open_event(services, position, eventstore::SealedClass::Secret);
  if (!event) return std::unexpected(event.error());
  const auto* bound = std::get_if<domain::AppDeviceBound>(&*event);
  if (bound == nullptr) return std::unexpected(damaged_phone_keys());
  const std::string_view text = bound->keys.reveal();
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::unexpected(damaged_phone_keys());
  auto device = read_key(text.substr(0, dot));
  if (!device) return std::unexpected(std::move(device.error()));
  auto pin = read_key(text.substr(dot + 1));
  if (!pin) return std::unexpected(std::move(pin.error()));
  return PhoneKeys{*device, *pin};
}

// What is verified against where there is no such phone, so that it takes as long; what comes of it counts for nothing.
// The curve's own base point (FIPS 186-4, D.1.2.3): a valid key that nobody was given.
const PhoneKeys& nobodys_keys() {
  static const PhoneKeys keys = [] {
    const auto base = Es256PublicKey::from_jwk("axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
                                               "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU");
    return PhoneKeys{base.value(), base.value()};
  }();
  return keys;
}

struct Signatures {
  bool device = false;
  bool pin = false;
};
Signatures verify(const PhoneKeys& keys, const std::string& message, const Body& body) {
  const std::string_view by_device = body.string("device_signature");
  const auto bytes = [](std::string_view text) {
    return platform::from_base64url(text).value_or(std::vector<std::uint8_t>{});
  };
  return {platform::verify_es256(keys.device, platform::bytes_of(message), bytes(by_device)),
          platform::verify_es256(keys.pin, platform::bytes_of(pin_message(message, by_device)),
                                 bytes(body.string("pin_signature")))};
}

// A phone that is bound, whoever asks.
struct Phone {
  domain::AccountId account;
  domain::AppDevice device;
};
std::expected<std::optional<Phone>, platform::Failure> find_phone(const Services& services, std::string_view text) {
  const auto id = domain::AppDeviceId::parse(text).value_or(domain::AppDeviceId{});
  auto moment = projections::Moment::latest(services.partition.reader());
  const auto row = moment.token(domain::TokenId{id.bytes});
  if (!row) return std::unexpected(row.error());
  if (!*row || (*row)->kind != projections::TokenKind::AppDevice) return std::nullopt;
  const auto state = moment.account((*row)->account);
  if (!state) return std::unexpected(state.error());
  const domain::AppDevice* device = *state ? domain::bound_phone(**state, id) : nullptr;
  if (device == nullptr) return std::nullopt;
  return Phone{(*row)->account, *device};
}

Response challenge_response(const Services& services, const Request& request, const std::string& purpose,
                            std::optional<std::uint64_t> sequence) {
  const domain::Time ends_at = services.now() + services.rules.app_challenge_life;
  const auto challenge = AppChallenges(services.keys.app_challenge_key()).make(purpose, ends_at, services.random);
  if (!challenge) return failure_response(services, request, challenge.error());
  JsonWriter json;
  json.begin_object().member("challenge", *challenge);
  if (sequence) json.member("sequence", *sequence);
  json.member("expires_at", domain::rfc3339(ends_at)).end_object();
  return Response::json(Success::Created, json.take());
}

Response binding_challenge(const Services& services, const Request& request) {
  if (!request.caller->account->two_step) {
    return problem_response(request, Problem{.code = ProblemCode::StateConflict, .hint = "not_enrolled"});
  }
  const domain::SessionId session = request.caller->session()->session.session;
  return challenge_response(services, request, AppChallenges::binding(session), std::nullopt);
}

Response bind(const Services& services, const Request& request, const Body& body) {
  const SessionCaller& session = *request.caller->session();
  auto name = platform::display_name(body.string("name"));
  if (!name || name->size() > domain::kDeviceNameMax.count) return problem_response(request, malformed("name"));
  const Body::Point device_point = body.jwk("device_key");
  const Body::Point pin_point = body.jwk("pin_key");
  const auto device_key = Es256PublicKey::from_jwk(device_point.x, device_point.y);
  if (!device_key) return problem_response(request, malformed("device_key"));
  const auto pin_key = Es256PublicKey::from_jwk(pin_point.x, pin_point.y);
  if (!pin_key || *pin_key == *device_key) return problem_response(request, malformed("pin_key"));
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto app_device = draw_id<domain::AppDeviceId>(services.random);
  if (!app_device) return failure_response(services, request, app_device.error());

  const PhoneKeys keys{*device_key, *pin_key};
  const std::string_view challenge = body.string("challenge");
  const bool counts = AppChallenges(services.keys.app_challenge_key())
                          .counts(challenge, AppChallenges::binding(session.session.session), services.now());
  const Signatures signatures = verify(keys, binding_message(session.session.session, challenge), body);
  const bool proved = counts && signatures.device && signatures.pin;
  PasswordProof proof(services, *caller, request.caller->account->profile.identifier_hash, session.account,
                      body.string("password"));
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    domain::BindAppDevice command{.account = session.account,
                                  .session = session.session,
                                  .caller = *caller,
                                  .app_device = *app_device,
                                  .name = *name,
                                  .keys = keys_text(keys),
                                  .proved = proved,
                                  .password = std::nullopt};
    if (!proved || !basis.account().two_step) return command;  // the decision says what stands in the way
    auto evidence = proof.evidence(&basis.account());
    if (!evidence) return std::unexpected(std::move(evidence.error()));
    command.password = std::move(*evidence);
    return command;
  };
  const auto answer = [id = *app_device](const domain::Answer&) {
    JsonWriter json;
    json.begin_object().member("app_device", id.text()).end_object();
    return Response::json(Success::Created, json.take());
  };
  return run_command(
      services, request,
      {.make = make, .seals_for = domain::Subject::of(session.account), .answer = answer, .account = session.account});
}

Response login_challenge(const Services& services, const Request& request, const Body& body) {
  const std::string_view app_device = body.string("app_device");
  const auto phone = find_phone(services, app_device);
  if (!phone) return failure_response(services, request, phone.error());
  const std::uint64_t made_up = AppChallenges(services.keys.app_challenge_key()).made_up_sequence(app_device);
  const std::uint64_t sequence = *phone ? (*phone)->device.sequence + 1 : made_up;
  return challenge_response(services, request, AppChallenges::login(app_device, sequence), sequence);
}

// Every failure hears the same. Only a phone that proved itself has a command of its own: what anybody can send from
// anywhere stores nothing.
Response log_in(const Services& services, const Request& request, const Body& body) {
  const std::string_view app_device = body.string("app_device");
  const std::string_view challenge = body.string("challenge");
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto token = draw_shared_token(services, TokenKind::Session);
  if (!token) return problem_response(request, token.error());
  const auto phone = find_phone(services, app_device);
  if (!phone) return failure_response(services, request, phone.error());
  const AppChallenges challenges(services.keys.app_challenge_key());
  const std::uint64_t sequence = *phone ? (*phone)->device.sequence + 1 : challenges.made_up_sequence(app_device);
  PhoneKeys keys = nobodys_keys();
  if (*phone) {
    auto opened = open_keys(services, (*phone)->device.position);
    if (!opened) return failure_response(services, request, opened.error());
    keys = *opened;
  }
  const bool counts = challenges.counts(challenge, AppChallenges::login(app_device, sequence), services.now());
  const Signatures signatures = verify(keys, login_message(app_device, challenge, sequence), body);
  if (!*phone || !counts || !signatures.device) return problem_response(request, ProblemCode::CredentialsRejected);

  const domain::AppEvidence evidence{(*phone)->device.position, sequence, signatures.device, signatures.pin};
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::LogInWithApp{.account = (*phone)->account,
                                .app_device = (*phone)->device.id,
                                .caller = *caller,
                                .session = domain::SessionId{(*token)->id.bytes},
                                .proof = evidence};
  };
  const auto answer = [token = *token, delivery = TokenDelivery(services, request)](const domain::Answer& outcome) {
    return completed_response(Success::Created, std::get<domain::LoginDone>(outcome), *token, delivery, false);
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of((*phone)->account),
                      .answer = answer,
                      .account = (*phone)->account});
}

std::expected<std::string, platform::Failure> name_of_phone(const Services& services, std::uint64_t position) {
  auto event = open_event(services, position, eventstore::SealedClass::Personal);
  if (!event) return std::unexpected(std::move(event.error()));
  auto* bound = std::get_if<domain::AppDeviceBound>(&*event);
  if (bound == nullptr) return std::unexpected(damaged_phone_keys());
  return std::move(bound->name);
}

Response list_phones(const Services& services, const Request& request) {
  JsonWriter json;
  json.begin_object().member_array("app_devices");
  for (const domain::AppDevice& phone : request.caller->account->app_devices) {
    const auto name = name_of_phone(services, phone.position);
    if (!name) return failure_response(services, request, name.error());
    json.begin_object().member("app_device", phone.id.text()).member("name", *name);
    json.member("bound_at", domain::rfc3339(phone.bound_at));
    if (phone.last_used_at) json.member("last_used_at", domain::rfc3339(*phone.last_used_at));
    json.member("locked", phone.locked).end_object();
  }
  json.end_array().end_object();
  return Response::json(Success::Ok, json.take());
}

Response unbind(const Services& services, const Request& request) {
  const SessionCaller& session = *request.caller->session();
  const auto app_device = domain::AppDeviceId::parse(request.path_parameter("app_device"));
  if (!app_device) return problem_response(request, ProblemCode::NotFound);
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::UnbindAppDevice{.account = session.account, .session = session.session, .app_device = *app_device};
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = {},
                      .answer = [](const domain::Answer&) { return Response::empty(); },
                      .account = session.account});
}

}  // namespace

std::vector<Route> app_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/app/devices/challenges",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::Session}.fresh(),
      .throttle = Throttle::none("looks at no secret"),
      .summary = "A challenge for both keys of a phone that is to be bound.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Created, "the challenge", kChallengeShape)},
      .problems = Problems{ProblemCode::StateConflict, ProblemCode::StepUpRequired},
      .handler = Handler{[&services](Request& r, const Body&) { return binding_challenge(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/app/devices",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::Session}.fresh(),
      .throttle = ThrottledSecret::PasswordAndSignature,
      .summary = "Binds a phone, which may then log in with a PIN.",
      .query = Query::none(),
      .body = kBindBody,
      .answers = Answers{Answer::json(Success::Created, "the phone's id", kBoundShape)},
      .problems = Problems{ProblemCode::CredentialsRejected, ProblemCode::StateConflict, ProblemCode::StepUpRequired},
      .handler = Handler{[&services](Request& r, const Body& body) { return bind(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/app/challenges",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::Anyone},
      .throttle = Throttle::none("looks at no secret, and stores nothing"),
      .summary = "A challenge for a phone's next login.",
      .query = Query::none(),
      .body = kChallengeBody,
      .answers =
          Answers{Answer::json(Success::Created, "the challenge; an unknown phone gets one too", kChallengeShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body& body) { return login_challenge(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/app/logins",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::Anyone},
      .throttle = ThrottledSecret::AppSignature,
      .summary = "Logs in with a bound phone and its PIN.",
      .query = Query::none(),
      .body = kLoginBody,
      .answers = Answers{Answer::json(Success::Created, "completed", kLoginShape)},
      .problems = Problems{ProblemCode::CredentialsRejected},
      .handler = Handler{[&services](Request& r, const Body& body) { return log_in(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/app/devices",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The phones that are bound.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the phones", kPhonesShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return list_phones(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/app/devices/{app_device}",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::Session},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Unbinds a phone.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("unbound")},
      .problems = Problems{ProblemCode::NotFound},
      .handler = Handler{[&services](Request& r, const Body&) { return unbind(services, r); }},
  });
  return routes;
}

}  // namespace tweestap::http
