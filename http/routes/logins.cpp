// Logging in: a password starts it, a second step completes it.
#include <algorithm>

#include "domain/login/login.h"
#include "domain/sms/sms.h"
#include "eventstore/key_ring.h"
#include "eventstore/partition.h"
#include "http/commands.h"
#include "http/evidence.h"
#include "http/routes/answers.h"
#include "http/routes/device_token.h"
#include "http/routes/password_proof.h"
#include "http/routes/recovery_proof.h"
#include "http/routes/routes.h"
#include "platform/crypto/totp.h"
#include "platform/text/unicode.h"
#include "projections/moment.h"

namespace tweestap::http {
namespace {

// What is typed may be longer than what is kept: blanks around it, wide letters, a domain that is not ASCII yet.
constexpr std::uint32_t kIdentifierSentMax = 1024;
constexpr std::uint32_t kTokenSentMax = 64;  // a token has 47

constexpr Member kLoginStartBody[] = {
    {"identifier", MemberType::String, Presence::Required, kIdentifierSentMax, "The person's e-mail address."},
    {"password", MemberType::Secret, Presence::Required, kPasswordSentBytesMax, "The person's password."},
    {"device_token", MemberType::Secret, Presence::Optional, kTokenSentMax,
     "Of a remembered device of this account: stands for the second step. Any other one is ignored."},
};
constexpr Member kLoginCodeBody[] = {
    {"code", MemberType::Secret, Presence::Required, kCodeSentBytesMax, "Six digits."},
    {"remember_me", MemberType::Boolean, Presence::Optional, 0,
     "Remember this device as long as the account's setting says. Ignored at the address for staff."},
};
constexpr Member kRecoveryCodeBody[] = {
    {"recovery_code", MemberType::Secret, Presence::Required, kCodeSentBytesMax,
     "XXXX-XXXX-XXXX, in any case, with or without dashes and spaces."},
};

// What can be nobody's identifier is counted and answered like one that happens to be nobody's.
domain::LookupHash hash_of_identifier(const Services& services, std::string_view typed) {
  const auto canonical = platform::canonical_identifier(typed);
  return services.keys.lookup_hash("identifier", canonical ? std::string_view{*canonical} : typed);
}

// The masked number of an account that gets its codes by SMS.
std::expected<std::optional<std::string>, platform::Failure> phone_hint_of(const Services& services,
                                                                           const domain::AccountState& state) {
  if (!state.two_step || !state.two_step->phone) return std::nullopt;
  return open_phone_hint(services, state.two_step->phone->position);
}

// Whether whoever knows this account's password gets a code by SMS at that door. Not where a right password is answered
// like a wrong one: then it has to take the same steps, and fail only where that fails (rule ENU-1).
bool may_get_a_code(const domain::AccountState& state, const domain::Caller& caller) {
  const bool at_staff_door = caller.listener == domain::Listener::Staff;
  if (state.profile.disabled || (at_staff_door && !domain::is_staff(state.profile.roles))) return false;
  return state.two_step && state.two_step->phone;
}

Response start_login(const Services& services, const Request& request, const Body& body) {
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const domain::LookupHash identifier = hash_of_identifier(services, body.string("identifier"));
  const auto account = projections::Moment::latest(services.partition.reader()).find(identifier);
  if (!account) return failure_response(services, request, account.error());
  const auto login_token = draw_shared_token(services, TokenKind::Login);
  if (!login_token) return problem_response(request, login_token.error());
  const auto session_token = draw_shared_token(services, TokenKind::Session);
  if (!session_token) return problem_response(request, session_token.error());

  const auto device = device_token_of(services, request, body, *account);
  if (!device) return failure_response(services, request, device.error());
  const auto presented = *device ? std::optional{(*device)->presented} : std::nullopt;

  PasswordProof proof(services, *caller, identifier, *account, body.string("password"), presented);
  const auto phone_hint = std::make_shared<std::optional<std::string>>();
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    std::shared_ptr<const domain::AccountState> state;
    if (*account) {
      auto read = read_account(services, **account);
      if (!read) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
      state = std::move(*read);
    }
    auto evidence = proof.evidence(state.get());
    if (!evidence) return std::unexpected(std::move(evidence.error()));
    const bool is_right = evidence->has_value() && (*evidence)->matched && state != nullptr;
    const bool gets_a_code = is_right && may_get_a_code(*state, *caller);
    const auto challenge = draw_challenge_if(services, gets_a_code);
    if (!challenge) return std::unexpected(challenge.error());
    if (gets_a_code) {
      auto hint = phone_hint_of(services, *state);
      if (!hint) return std::unexpected(Problem{.code = ProblemCode::Unavailable});
      *phone_hint = std::move(*hint);
    }
    return domain::StartLogin{.account = *account,
                              .identifier_hash = identifier,
                              .caller = *caller,
                              .login = domain::LoginId{(*login_token)->id.bytes},
                              .session = domain::SessionId{(*session_token)->id.bytes},
                              .password = std::move(*evidence),
                              .challenge = *challenge,
                              .device = presented};
  };
  const auto answer = [login = *login_token, session = *session_token, phone_hint,
                       next = *device ? (*device)->next : nullptr,
                       delivery = TokenDelivery(services, request)](const domain::Answer& outcome) {
    if (const auto* pending = std::get_if<domain::LoginPending>(&outcome)) {
      return pending_response(Success::Created, *pending, login.get(), delivery,
                              pending->method == domain::Method::Sms ? *phone_hint : std::nullopt);
    }
    return completed_response(Success::Created, std::get<domain::LoginDone>(outcome), *session, delivery, false,
                              next.get());
  };
  const auto refused = [delivery = TokenDelivery(services, request)](const domain::Refused& why, Response& response) {
    if (why.device_forgotten) delivery.clear_device(response);
  };
  const auto seals_for = *account ? std::optional{domain::Subject::of(**account)} : std::nullopt;
  return run_command(services, request,
                     {.make = make, .seals_for = seals_for, .answer = answer, .refused = refused, .account = *account});
}

Response show_login(const Services& services, const Request& request) {
  const LoginCaller& login = *request.caller->login();
  const domain::AccountState& state = *request.caller->account;
  const domain::Time now = services.now();
  const domain::PendingLogin* pending = domain::live_login(state, login.login, now);
  if (pending == nullptr) return problem_response(request, ProblemCode::TokenExpired);  // just now
  const auto phone_hint = pending->enrols ? std::optional<std::string>{} : phone_hint_of(services, state);
  if (!phone_hint) return failure_response(services, request, phone_hint.error());
  const auto policy = read_policy(services);
  if (!policy) return failure_response(services, request, policy.error());
  return pending_response(Success::Ok, domain::answer_of(state, *pending, *policy, services.rules.domain, now), nullptr,
                          TokenDelivery(services, request), *phone_hint);
}

Response resend_login_code(const Services& services, const Request& request) {
  const LoginCaller& login = *request.caller->login();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    const auto& two_step = basis.account().two_step;
    const auto challenge = draw_challenge_if(services, two_step && two_step->phone);
    if (!challenge) return std::unexpected(challenge.error());
    return domain::ResendLoginCode{
        .account = login.account, .login = login.login, .caller = *caller, .challenge = *challenge};
  };
  const auto answer = [](const domain::Answer& outcome) { return sms_response(std::get<domain::SmsAnswer>(outcome)); };
  return run_command(services, request, {.make = make, .seals_for = {}, .answer = answer, .account = login.account});
}

// What both ways of completing a pending login have in common: `fill` adds the evidence.
template <class Command, class Fill>
Response complete_login(const Services& services, const Request& request, Fill fill, SharedToken device = nullptr) {
  const LoginCaller& login = *request.caller->login();
  const auto caller = caller_of(services, request);
  if (!caller) return failure_response(services, request, caller.error());
  const auto token = draw_shared_token(services, TokenKind::Session);
  if (!token) return problem_response(request, token.error());
  const auto make = [&](CommandBasis& basis) -> std::expected<domain::Command, Problem> {
    Command command{.account = login.account,
                    .login = login.login,
                    .caller = *caller,
                    .session = domain::SessionId{(*token)->id.bytes},
                    .code = std::nullopt};
    if (auto trouble = fill(basis, *caller, command)) return std::unexpected(std::move(*trouble));
    return command;
  };
  const auto answer = [token = *token, device,
                       delivery = TokenDelivery(services, request)](const domain::Answer& outcome) {
    return completed_response(Success::Ok, std::get<domain::LoginDone>(outcome), *token, delivery, true, device.get());
  };
  return run_command(services, request,
                     {.make = make,
                      .seals_for = domain::Subject::of(login.account),
                      .answer = answer,
                      .account = login.account,
                      .keep = {.ends_token = true}});
}

Response submit_login_code(const Services& services, const Request& request, const Body& body) {
  const std::string_view code = body.string("code");
  if (!platform::is_six_digits(code)) return problem_response(request, malformed("code"));
  SharedToken device;
  if (body.boolean("remember_me").value_or(false) && request.listener == ListenerKind::Public) {
    const auto drawn = draw_shared_token(services, TokenKind::Device);
    if (!drawn) return problem_response(request, drawn.error());
    device = *drawn;
  }
  const domain::LoginId login = request.caller->login()->login.login;
  const auto fill = [&](CommandBasis& basis, const domain::Caller& caller,
                        domain::SubmitCode& command) -> std::optional<Problem> {
    const auto& two_step = basis.account().two_step;
    const auto& logins = basis.account().logins;
    const auto pending = std::ranges::find(logins, login, &domain::PendingLogin::id);
    if (!two_step || pending == logins.end()) return std::nullopt;  // the decision says what stands in the way
    if (device != nullptr) {
      command.remember = domain::NewDevice{domain::DeviceId{device->id.bytes}, device->id,
                                           device_name(caller.user_agent.value_or(""))};
    }
    auto evidence = code_evidence(services, basis, request.caller->account_id(), two_step->method,
                                  two_step->secret_position, pending->sms, domain::SmsPurpose::Login, code);
    if (!evidence) return std::move(evidence.error());
    command.code = *evidence;
    return std::nullopt;
  };
  return complete_login<domain::SubmitCode>(services, request, fill, device);
}

Response submit_recovery_code(const Services& services, const Request& request, const Body& body) {
  const auto code = canonical_recovery_code(body.string("recovery_code"));
  if (!code) return problem_response(request, malformed("recovery_code"));
  RecoveryProof proof(services, request.caller->account_id(), *code);
  const auto fill = [&](CommandBasis& basis, const domain::Caller& caller,
                        domain::SubmitRecoveryCode& command) -> std::optional<Problem> {
    auto evidence = proof.evidence(basis.account(), caller);
    if (!evidence) return std::move(evidence.error());
    command.code = *evidence;
    return std::nullopt;
  };
  return complete_login<domain::SubmitRecoveryCode>(services, request, fill);
}

Response abandon_login(const Services& services, const Request& request) {
  const LoginCaller& login = *request.caller->login();
  const auto make = [&](CommandBasis&) -> std::expected<domain::Command, Problem> {
    return domain::AbandonLogin{.account = login.account, .login = login.login};
  };
  const auto answer = [delivery = TokenDelivery(services, request)](const domain::Answer&) {
    Response response = Response::empty();
    delivery.clear(response, TokenCookie::Login);
    return response;
  };
  return run_command(
      services, request,
      {.make = make, .seals_for = {}, .answer = answer, .account = login.account, .keep = {.ends_token = true}});
}

}  // namespace

std::vector<Route> login_routes(const Services& services) {
  std::vector<Route> routes;
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/logins",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::Anyone},
      .throttle = ThrottledSecret::Password,
      .summary = "Starts a login with e-mail address and password.",
      .query = Query::none(),
      .body = kLoginStartBody,
      .answers = Answers{Answer::json(Success::Created, "completed, or what it waits for", kLoginShape)},
      .problems = Problems{ProblemCode::CredentialsRejected, ProblemCode::Forbidden},
      .handler = Handler{[&services](Request& r, const Body& body) { return start_login(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Get,
      .path = "/v1/logins/current",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::LoginCodeRequired, Principal::LoginEnrolmentRequired},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "The login that waits.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the login, without its token", kLoginShape)},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return show_login(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/logins/current/code",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::LoginCodeRequired},
      .throttle = ThrottledSecret::Code,
      .summary = "Completes a login with a code.",
      .query = Query::none(),
      .body = kLoginCodeBody,
      .answers = Answers{Answer::json(Success::Ok, "completed", kLoginShape)},
      .problems = Problems{ProblemCode::CodeRejected, ProblemCode::Locked},
      .handler = Handler{[&services](Request& r, const Body& body) { return submit_login_code(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/logins/current/recovery-code",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::LoginCodeRequired},
      .throttle = ThrottledSecret::RecoveryCode,
      .summary = "Completes a login with a recovery code, and opens a lock.",
      .query = Query::none(),
      .body = kRecoveryCodeBody,
      .answers = Answers{Answer::json(Success::Ok, "completed", kLoginShape)},
      .problems = Problems{ProblemCode::CodeRejected},
      .handler = Handler{[&services](Request& r, const Body& body) { return submit_recovery_code(services, r, body); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Post,
      .path = "/v1/logins/current/sms",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::LoginCodeRequired},
      .throttle = Throttle::none("looks at no secret; messages have a budget of their own (SMS-2)"),
      .summary = "Sends the same code by SMS again.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Accepted, "on its way", kSmsShape)},
      .problems = Problems{ProblemCode::TooManyRequests, ProblemCode::StateConflict, ProblemCode::Locked},
      .handler = Handler{[&services](Request& r, const Body&) { return resend_login_code(services, r); }},
  });
  routes.push_back(Route{
      .verb = VerbName::Delete,
      .path = "/v1/logins/current",
      .listeners = ListenerSet::Both,
      .who = Who{Principal::LoginCodeRequired, Principal::LoginEnrolmentRequired},
      .throttle = Throttle::none("looks at no secret"),
      .summary = "Gives the login up.",
      .query = Query::none(),
      .body = RequestBody::none(),
      .answers = Answers{Answer::empty("given up")},
      .problems = Problems::none(),
      .handler = Handler{[&services](Request& r, const Body&) { return abandon_login(services, r); }},
  });
  return routes;
}

}  // namespace tweestap::http
