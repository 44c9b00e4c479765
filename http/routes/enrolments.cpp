// Switching two-step on, or over to another app or number.
#include "domain/enrolment/enrolment.h"
#include "domain/sms/sms.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/refusals.h"
#include "http/routes/answers.h"
#include "http/routes/app_secret.h"
#include "http/routes/password_proof.h"
#include "http/routes/recovery_set.h"
#include "http/routes/routes.h"
#include "platform/crypto/totp.h"
#include "platform/phone.h"

namespace tweestap::http {
namespace {

constexpr std::uint32_t kMethodSentMax = 8;
constexpr std::uint32_t kPhoneSentMax = 64;  // digits with whatever people put between them

constexpr Member kEnrolmentStartBody[] = {
    {"password", MemberType::Secret, Presence::Required, kPasswordSentBytesMax, kPasswordAbout},
    {"method", MemberType::String, Presence::Required, kMethodSentMax, "totp or sms."},
    {"phone", MemberType::String, Presence::Optional, kPhoneSentMax, "A mobile number; with sms."},
};
constexpr Member kPhoneBody[] = {
    {"phone", MemberType::String, Presence::Required, kPhoneSentMax, "Another mobile number."},
};
constexpr Member kEnrolmentCodeBody[] = {
    {"code", MemberType::Secret, Presence::Required, kCodeSentBytesMax, "Six digits."},
};
constexpr AnswerMember kEnrolmentSmsMembers[] = {
    {"phone_hint", AnswerType::String, true, "The masked number."},
    {"resend_after", AnswerType::Time, false, "When the code may be sent again; absent: not any more."},
};
constexpr AnswerShape kEnrolmentSmsShape{"EnrolmentSms", kEnrolmentSmsMembers};
constexpr AnswerMember kEnrolmentMembers[] = {
    {"enrolment", AnswerType::String, true, "The enrolment's id."},
    {"method", AnswerType::String, true, "totp or sms."},
    {"state", AnswerType::String, true, "code_required."},
    {"expires_at", AnswerType::Time, true, "When it is over."},
    {"totp", AnswerType::Object, false, "The app's secret.", &kAppSecretShape},
    {"sms", AnswerType::Object, false, "Where the code went.", &kEnrolmentSmsShape},
};
constexpr AnswerShape kEnrolmentShape{"Enrolment", kEnrolmentMembers};
const AnswerMember kEnabledMembers[] = {
    {"state", AnswerType::String, true, "enabled."},
    {"recovery_codes", AnswerType::Strings, true, "Six codes, shown once."},
    {"session", AnswerType::Object, true, "The session with its fresh token.", &kSessionShape},
};
const AnswerShape kEnabledShape{"EnrolmentEnabled", kEnabledMembers};

domain::Enroller enroller_of(const Caller& caller) {
  if (const LoginCaller* login = caller.login()) return login->login;
  return caller.session()->session;
}

std::optional<domain::EnrolmentId> enrolment_in_path(const Request& request) {
  return domain::EnrolmentId::parse(request.path_parameter("enrolment"));
}

// What the person sees of the method: the app's secret, or the masked number.
using Shown = std::variant<std::monostate, AppSecret, std::string>;

Response enrolment_response(Success success, const domain::EnrolmentAnswer& enrolment, const Shown& shown) {
  JsonWriter json(4096);  // the QR code is most of it
  json.begin_object()
      .member("enrolment", enrolment.enrolment.text())
      .member("method", domain::name_of(enrolment.method))
      .member("state", "code_required")
      .member("expires_at", domain::rfc3339(enrolment.expires_at));
  if (const auto* secret = std::get_if<AppSecret>(&shown)) write_app_secret(json, *secret);
  if (const auto* hint = std::get_if<std::string>(&shown)) {
    json.member_object("sms").member("phone_hint", *hint);
    if (enrolment.resend_after) json.member("resend_after", domain::rfc3339(*enrolment.resend_after));
    json.end_object();
  }
  json.end_object();
  return Response::json(success, json.take());
}

// The method asked for, with a number exactly where one belongs.
std::expected<domain::Method, Problem> method_of(const Body& body) {
  const auto method = domain::parse_name<domain::Method>(body.string("method"));
  if (!method) return std::unexpected(malformed("method"));
  if (body.has("phone") != (*method == domain::Method::Sms)) return std::unexpected(malformed("phone"));
  return *method;
}

// The number, where one is typed: judged before anything else is looked at.
std::expected<std::optional<domain::NewPhone>, Problem> phone_of(const Services& services, const Body& body) {
  const auto typed = body.optional_string("phone");
  if (!typed) return std::nullopt;
  auto phone = read_phone(services, *typed);
  if (!phone) return std::unexpected(std::move(phone.error()));
  return std::move(*phone);
}

Response start_enrolment(const Services& services, const Request& request, const Body& body) {
  const auto method = method_of(body);
  if (!method) return problem_response(request, method.error());
  const auto phone = phone_of(services, body);
  if (!phone) return problem_response(request, phone.error());
  const domain::AccountId account = request.caller->account_id();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto id = draw_id<domain::EnrolmentId>(services.random);
  if (!id) return failure_response(services, request, id.error());
  const auto secret = draw_totp_secret(services.random);
  if (!secret) return failure_response(services, request, secret.error());

  PasswordProof proof(services, *caller, request.caller->account->profile.identifier_hash, account,
                      body.string("password"));
  const auto shown = std::make_shared<Shown>();
  if (*phone) *shown = platform::phone_hint((*phone)->e164);
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    domain::StartEnrolment command{.account = account,
                                   .by = enroller_of(*request.caller),
                                   .caller = *caller,
                                   .enrolment = *id,
                                   .method = *method,
                                   .password = std::nullopt,
                                   .totp_secret = std::nullopt,
                                   .phone = *phone,
                                   .challenge = std::nullopt};
    // Without a gateway the decision refuses before the password is looked at.
    if (*method == domain::Method::Sms && !services.rules.domain.sms_available) return command;
    auto evidence = proof.evidence(&basis.account());
    if (!evidence) return std::unexpected(std::move(evidence.error()));
    command.password = std::move(*evidence);
    const bool is_right = command.password && command.password->matched;
    if (*method == domain::Method::Sms) {
      const auto challenge = draw_challenge_if(services, is_right);
      if (!challenge) return std::unexpected(challenge.error());
      command.challenge = *challenge;
      return command;
    }
    if (is_right && std::holds_alternative<std::monostate>(*shown)) {
      auto made = show_app_secret(services, basis.account(), *secret);
      if (!made) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
      *shown = std::move(*made);
    }
    command.totp_secret = totp_secret_text(*secret);
    return command;
  };
  const auto answer = [shown](const domain::Answer& outcome) {
    return enrolment_response(Success::Created, std::get<domain::EnrolmentAnswer>(outcome), *shown);
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of(account),
                      .answer = answer,
                      .account = account,
                      .keep = {.enrolment = *id}});
}

Response show_enrolment(const Services& services, const Request& request) {
  const auto id = enrolment_in_path(request);
  if (!id) return problem_response(request, ProblemCode::NotFound);
  const domain::AccountState& state = *request.caller->account;
  const domain::Time now = services.now();
  if (const auto refusal = domain::access(state, enroller_of(*request.caller), *id, now)) {
    return problem_response(request, problem_of(domain::Refused{*refusal, {}, false}, now));
  }
  const domain::PendingEnrolment& pending = *state.enrolment;
  domain::EnrolmentAnswer answer{pending.id, pending.method, pending.expires_at};
  if (pending.phone) {
    auto hint = open_phone_hint(services, pending.phone->position);
    if (!hint) return failure_response(services, request, hint.error());
    if (pending.sms) answer.resend_after = domain::resend_after(*pending.sms, services.rules.domain);
    return enrolment_response(Success::Ok, answer, std::move(*hint));
  }
  CommandBasis basis(services, request.caller);
  const auto secret = open_totp_secret(services, basis, request.caller->account_id(), pending.position);
  if (!secret) return failure_response(services, request, secret.error());
  auto shown = show_app_secret(services, state, *secret);
  if (!shown) return failure_response(services, request, shown.error());
  return enrolment_response(Success::Ok, answer, std::move(*shown));
}

// What both kinds of asking for a code have in common: `fill` makes the command.
template <class Make, class Answer>
Response ask_for_code(const Services& services, const Request& request, Make make_command, Answer answer) {
  const auto id = enrolment_in_path(request);
  if (!id) return problem_response(request, ProblemCode::NotFound);
  const domain::AccountId account = request.caller->account_id();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    const auto& pending = basis.account().enrolment;
    const auto challenge = draw_challenge_if(services, pending && pending->phone);
    if (!challenge) return std::unexpected(challenge.error());
    return make_command(account, *caller, *id, *challenge);
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of(account),
                      .answer = answer,
                      .account = account,
                      .keep = {.enrolment = *id}});
}

Response resend_enrolment_code(const Services& services, const Request& request) {
  const auto make = [&](const domain::AccountId& account, const domain::Caller& caller, const domain::EnrolmentId& id,
                        const std::optional<domain::NewChallenge>& challenge) -> domain::Command {
    return domain::ResendEnrolmentCode{account, enroller_of(*request.caller), caller, id, challenge};
  };
  return ask_for_code(services, request, make,
                      [](const domain::Answer& outcome) { return sms_response(std::get<domain::SmsAnswer>(outcome)); });
}

Response change_phone(const Services& services, const Request& request, const Body& body) {
  const auto phone = read_phone(services, body.string("phone"));
  if (!phone) return problem_response(request, phone.error());
  const auto make = [&](const domain::AccountId& account, const domain::Caller& caller, const domain::EnrolmentId& id,
                        const std::optional<domain::NewChallenge>& challenge) -> domain::Command {
    return domain::ChangeEnrolmentPhone{account, enroller_of(*request.caller), caller, id, *phone, challenge};
  };
  return ask_for_code(services, request, make,
                      [hint = platform::phone_hint(phone->e164)](const domain::Answer& outcome) {
                        return enrolment_response(Success::Ok, std::get<domain::EnrolmentAnswer>(outcome), hint);
                      });
}

Response submit_enrolment_code(const Services& services, const Request& request, const Body& body) {
  const auto id = enrolment_in_path(request);
  const std::string_view code = body.string("code");
  if (!platform::is_six_digits(code)) return problem_response(request, malformed("code"));
  if (!id) return problem_response(request, ProblemCode::NotFound);
  const domain::AccountId account = request.caller->account_id();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto token = draw_shared_token(services, TokenKind::Session);
  if (!token) return problem_response(request, token.error());

  RecoverySetOnOffer offered(services);
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    domain::SubmitEnrolmentCode command{.account = account,
                                        .by = enroller_of(*request.caller),
                                        .caller = *caller,
                                        .enrolment = *id,
                                        .fresh_token = (*token)->id,
                                        .code = std::nullopt,
                                        .set = std::nullopt};
    const auto& pending = basis.account().enrolment;
    if (!pending || pending->id != *id) return command;  // the decision says what stands in the way
    auto evidence = code_evidence(services, basis, account, pending->method, pending->position, pending->sms,
                                  domain::SmsPurpose::Enrolment, code);
    if (!evidence) return std::unexpected(std::move(evidence.error()));
    command.code = *evidence;
    if (!std::visit([](const auto& found) { return static_cast<bool>(found.matched); }, *evidence)) return command;
    auto set = offered.set();
    if (!set) return std::unexpected(std::move(set.error()));
    command.set = std::move(*set);
    return command;
  };
  const auto answer = [token = *token, codes = offered.codes(), delivery = TokenDelivery(services, request),
                       by_login = request.caller->login() != nullptr](const domain::Answer& outcome) {
    JsonWriter json;
    json.begin_object().member("state", "enabled");
    write_recovery_codes(json, *codes);
    write_session(json, std::get<domain::LoginDone>(outcome).session, *token, delivery);
    json.end_object();
    Response response = Response::json(Success::Ok, json.take());
    delivery.set(response, TokenCookie::Session, token->text);
    if (by_login) delivery.clear(response, TokenCookie::Login);
    delivery.clear_device(response);  // rule SES-2
    return response;
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of(account),
                      .answer = answer,
                      .account = account,
                      .keep = {.ends_token = true, .shows_recovery_codes = true}});
}

Response cancel_enrolment(const Services& services, const Request& request) {
  const auto id = enrolment_in_path(request);
  if (!id) return problem_response(request, ProblemCode::NotFound);
  const domain::AccountId account = request.caller->account_id();
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::CancelEnrolment{.account = account, .by = enroller_of(*request.caller), .enrolment = *id};
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = {},
                      .answer = [](const domain::Answer&) { return Response::empty(); },
                      .account = account});
}

}  // namespace

std::vector<Route> enrolment_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/account/enrolments",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session, Principal::LoginEnrolmentRequired}.fresh(),
      .throttle = ThrottledSecret::Password,
      .summary = "Starts to switch two-step on, or over to another app; a second one cancels the first.",
      .query = Query::none(),
      .body = kEnrolmentStartBody,
      .answers = Answers{Answer::json(Success::Created, "the enrolment with the app's secret or the masked number",
                                      kEnrolmentShape)},
      .problems = Problems{ProblemCode::CredentialsRejected, ProblemCode::StateConflict, ProblemCode::Forbidden,
                           ProblemCode::StepUpRequired, ProblemCode::InvalidPhone, ProblemCode::TooManyRequests},
      .handler = Handler{[&services](Request& r, const Body& body) { return start_enrolment(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/account/enrolments/{enrolment}",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session, Principal::LoginEnrolmentRequired},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "A pending enrolment, with the app's secret.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the enrolment", kEnrolmentShape)},
      .problems = Problems{ProblemCode::NotFound, ProblemCode::StateConflict, ProblemCode::Forbidden},
      .handler = Handler{[&services](Request& r, const Body&) { return show_enrolment(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Patch,
      .path = "/v1/account/enrolments/{enrolment}",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session, Principal::LoginEnrolmentRequired},
      .throttle = Throttle::none("looks at no secret; messages have a budget of their own (SMS-2)"),
      .summary = "Another number, to which a new code goes.",
      .query = Query::none(),
      .body = kPhoneBody,
      .answers = Answers{Answer::json(Success::Ok, "the enrolment", kEnrolmentShape)},
      .problems = Problems{ProblemCode::InvalidPhone, ProblemCode::NotFound, ProblemCode::StateConflict,
                           ProblemCode::Forbidden, ProblemCode::TooManyRequests},
      .handler = Handler{[&services](Request& r, const Body& body) { return change_phone(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/account/enrolments/{enrolment}/sms",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session, Principal::LoginEnrolmentRequired},
      .throttle = Throttle::none("looks at no secret; messages have a budget of their own (SMS-2)"),
      .summary = "Sends the same code by SMS again.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Accepted, "on its way", kSmsShape)},
      .problems = Problems{ProblemCode::NotFound, ProblemCode::StateConflict, ProblemCode::Forbidden,
                           ProblemCode::TooManyRequests},
      .handler = Handler{[&services](Request& r, const Body&) { return resend_enrolment_code(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/account/enrolments/{enrolment}/code",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session, Principal::LoginEnrolmentRequired},
      .throttle = ThrottledSecret::EnrolmentCode,
      .summary = "Switches two-step on with a code; gives recovery codes and a fresh token.",
      .query = Query::none(),
      .body = kEnrolmentCodeBody,
      .answers = Answers{Answer::json(Success::Ok, "two-step is on", kEnabledShape)},
      .problems = Problems{ProblemCode::CodeRejected, ProblemCode::NotFound, ProblemCode::StateConflict,
                           ProblemCode::Forbidden},
      .handler =
          Handler{[&services](Request& r, const Body& body) { return submit_enrolment_code(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/account/enrolments/{enrolment}",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Session, Principal::LoginEnrolmentRequired},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Gives an enrolment up.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("given up")},
      .problems = Problems{ProblemCode::NotFound, ProblemCode::StateConflict, ProblemCode::Forbidden},
      .handler = Handler{[&services](Request& r, const Body&) { return cancel_enrolment(services, r); }},
  });
  return routes;
}

}  // namespace tweestap::http
