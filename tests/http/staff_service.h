#pragma once
// What staff and machines do, over a front door without sockets: for tests of their routes.
#include "tests/http/in_process_service.h"

namespace tweestap::http {

/// An Ask at staff's door.
struct StaffAsk {
  Method method = Method::Get;
  std::string target;
  std::string body{};
  std::string token{};  // empty: none
  std::string idempotency_key{};
  ListenerKind listener = ListenerKind::Staff;
  std::stop_token stopping{};
};

class StaffService : public InProcessService {
 public:
  explicit StaffService(std::uint64_t reserve_bytes = 1 << 20)
      : StaffService(Options{.reserve_bytes = reserve_bytes}) {}
  explicit StaffService(Options options) : InProcessService(std::move(options)) {}

  [[nodiscard]] Heard ask(const StaffAsk& ask) const;
  [[nodiscard]] Heard get(std::string target, std::string token) const {
    return ask({.method = Method::Get, .target = std::move(target), .token = std::move(token)});
  }
  [[nodiscard]] Heard post(std::string target, std::string body, std::string token) const {
    return ask(
        {.method = Method::Post, .target = std::move(target), .body = std::move(body), .token = std::move(token)});
  }
  [[nodiscard]] Heard put(std::string target, std::string body, std::string token) const {
    return ask(
        {.method = Method::Put, .target = std::move(target), .body = std::move(body), .token = std::move(token)});
  }

  /// The text of a new API key.
  [[nodiscard]] std::string key(domain::KeyRole role, std::optional<domain::Time> expires_at = std::nullopt);
  /// A new account with a password.
  [[nodiscard]] domain::AccountId account(std::string_view identifier,
                                          domain::SetOf<domain::Role> roles = {domain::Role::Person}) {
    return register_account(identifier, "tweestap-demo", "nl", roles);
  }
  /// Logs in with evidence instead of a password and codes, enrolling where that is asked for.
  [[nodiscard]] std::string session(const domain::AccountId& account, domain::Listener listener);
  /// A session that the phone app's PIN opened; of an account with two-step, which the phone is bound to.
  [[nodiscard]] std::string session_by_app(const domain::AccountId& account);
  /// A session that a remembered device let in; of an account with two-step.
  [[nodiscard]] std::string session_by_device(const domain::AccountId& account);
  /// A login's token that waits for an enrolment or a code.
  [[nodiscard]] std::string pending_login(const domain::AccountId& account, domain::Listener listener);

 private:
  [[nodiscard]] domain::TotpEvidence next_code(std::uint64_t secret_position) {
    return {.secret_position = secret_position, .current_step = next_step_ += 10, .matched = 0b010};
  }
  /// The token again, where its session is live.
  [[nodiscard]] std::string opened(const domain::AccountId& account, const platform::Secret& token,
                                   domain::Listener listener) const;
  std::int64_t next_step_ = 100;
};

}  // namespace tweestap::http
