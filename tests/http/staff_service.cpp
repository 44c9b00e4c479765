#include "tests/http/staff_service.h"

#include "http/authenticate.h"
#include "http/tokens.h"

namespace tweestap::http {
namespace {

domain::PasswordEvidence right_password(const domain::AccountState& state) {
  return {.verifier_position = state.password.position, .matched = true, .rehash = std::nullopt};
}

}  // namespace

Heard StaffService::ask(const StaffAsk& ask) const {
  Ask out{.method = ask.method,
          .target = ask.target,
          .body = ask.body,
          .token = ask.token,
          .headers = {},
          .listener = ask.listener,
          .stopping = ask.stopping};
  if (!ask.idempotency_key.empty()) out.headers.emplace_back("Idempotency-Key", ask.idempotency_key);
  return InProcessService::ask(out);
}

std::string StaffService::key(domain::KeyRole role, std::optional<domain::Time> expires_at) {
  const auto drawn = must(draw_token(random, TokenKind::ApiKey));
  run(domain::CreateApiKey{.actor = domain::System{},
                           .api_key = must(draw_id<domain::ApiKeyId>(random)),
                           .token = drawn.id,
                           .role = role,
                           .name = "a machine",
                           .expires_at = expires_at});
  return std::string{drawn.text.reveal_text()};
}

std::string StaffService::pending_login(const domain::AccountId& account, domain::Listener listener) {
  const auto login = must(draw_token(random, TokenKind::Login));
  const auto token = must(draw_token(random, TokenKind::Session));
  domain::StartLogin start;
  start.account = account;
  start.caller.listener = listener;
  start.login = domain::LoginId{login.id.bytes};
  start.session = domain::SessionId{token.id.bytes};
  start.password = right_password(state(account));
  run(std::move(start), domain::Subject::of(account));
  return std::string{login.text.reveal_text()};
}

std::string StaffService::session(const domain::AccountId& account, domain::Listener listener) {
  const auto login = must(draw_token(random, TokenKind::Login));
  const auto token = must(draw_token(random, TokenKind::Session));
  const auto subject = domain::Subject::of(account);
  const domain::LoginRef ref{domain::LoginId{login.id.bytes}, listener};
  const domain::SessionId session{token.id.bytes};
  domain::Caller caller;
  caller.listener = listener;

  domain::StartLogin start;
  start.account = account;
  start.caller = caller;
  start.login = ref.login;
  start.session = session;
  start.password = right_password(state(account));
  run(std::move(start), subject);

  if (const domain::AccountState now = state(account); !now.logins.empty() && now.logins.back().id == ref.login) {
    if (now.logins.back().enrols) {
      const auto enrolment = must(draw_id<domain::EnrolmentId>(random));
      domain::StartEnrolment enrol;
      enrol.account = account;
      enrol.by = ref;
      enrol.caller = caller;
      enrol.enrolment = enrolment;
      enrol.method = domain::Method::Totp;
      enrol.password = right_password(now);
      enrol.totp_secret = domain::SecretText{"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"};
      run(std::move(enrol), subject);
      domain::SubmitEnrolmentCode code;
      code.account = account;
      code.by = ref;
      code.caller = caller;
      code.enrolment = enrolment;
      code.fresh_token = token.id;
      code.code = next_code(state(account).enrolment->position);
      code.set = domain::NewRecoverySet{.verifiers = domain::SecretText{"none that opens"}, .pepper = 1};
      run(std::move(code), subject);
    } else {
      run(domain::SubmitCode{account, ref, caller, session, next_code(now.two_step->secret_position)}, subject);
    }
  }
  return opened(account, token.text, listener);
}

std::string StaffService::opened(const domain::AccountId& account, const platform::Secret& token,
                                 domain::Listener listener) const {
  std::string text{token.reveal_text()};
  const domain::TokenId id = token_id(text);
  const domain::SessionRef ref{domain::SessionId{id.bytes}, id, listener};
  const domain::AccountState after = state(account);
  if (domain::live_session(after, ref, services->now()) == nullptr) throw std::runtime_error("no session");
  return text;
}

std::string StaffService::session_by_app(const domain::AccountId& account) {
  const auto subject = domain::Subject::of(account);
  if (state(account).app_devices.empty()) {
    const domain::TokenId binds = token_id(session(account, domain::Listener::Public));
    run(domain::BindAppDevice{.account = account,
                              .session = {domain::SessionId{binds.bytes}, binds, domain::Listener::Public},
                              .caller = {},
                              .app_device = must(draw_id<domain::AppDeviceId>(random)),
                              .name = "a phone",
                              .keys = domain::SecretText{"none that open"},
                              .proved = true,
                              .password = right_password(state(account))},
        subject);
  }
  const domain::AppDevice phone = state(account).app_devices.front();
  const auto token = must(draw_token(random, TokenKind::Session));
  run(domain::LogInWithApp{.account = account,
                           .app_device = phone.id,
                           .caller = {},
                           .session = domain::SessionId{token.id.bytes},
                           .proof = {.bound_position = phone.position,
                                     .sequence = phone.sequence + 1,
                                     .device_signed = true,
                                     .pin_signed = true}},
      subject);
  return opened(account, token.text, domain::Listener::Public);
}

std::string StaffService::session_by_device(const domain::AccountId& account) {
  const auto subject = domain::Subject::of(account);
  const auto device = must(draw_token(random, TokenKind::Device));
  const domain::DeviceId remembered{device.id.bytes};
  domain::SubmitCode code;
  code.account = account;
  code.login.login = domain::LoginId{token_id(pending_login(account, domain::Listener::Public)).bytes};
  code.session = domain::SessionId{must(draw_token(random, TokenKind::Session)).id.bytes};
  code.code = next_code(state(account).two_step->secret_position);
  code.remember = domain::NewDevice{remembered, device.id, std::nullopt};
  run(std::move(code), subject);

  const auto token = must(draw_token(random, TokenKind::Session));
  domain::StartLogin start;
  start.account = account;
  start.login = domain::LoginId{must(draw_token(random, TokenKind::Login)).id.bytes};
  start.session = domain::SessionId{token.id.bytes};
  start.password = right_password(state(account));
  start.device = domain::PresentedDevice{.device = remembered,
                                         .token = device.id,
                                         .generation = 0,
                                         .next = must(draw_token(random, TokenKind::Device)).id};
  run(std::move(start), subject);
  return opened(account, token.text, domain::Listener::Public);
}

}  // namespace tweestap::http
