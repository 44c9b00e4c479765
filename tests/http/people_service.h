#pragma once
// What people do, over a front door without sockets: for tests of their routes.
#include "tests/http/in_process_service.h"

namespace tweestap::http::people {

using Json = nlohmann::json;

inline constexpr const char* kAlex = "alex@example.org";
inline constexpr const char* kPassword = "a quiet harbour";

/// A second before that long.
constexpr domain::Duration just_before(domain::Duration wait) { return {wait.us - domain::seconds(1).us}; }

/// An account that is enrolled: its session, its app's secret, its recovery codes.
struct Enrolled {
  std::string session;
  std::string secret;
  std::vector<std::string> recovery_codes;
};

class PeopleService : public InProcessService {
 public:
  using InProcessService::InProcessService;

  [[nodiscard]] Heard get(std::string target, std::string token) const;
  [[nodiscard]] Heard post(std::string target, const Json& body, std::string token = {}) const;
  [[nodiscard]] Heard del(std::string target, std::string token) const;

  [[nodiscard]] domain::AccountId account(std::string_view identifier = kAlex, const char* password = kPassword,
                                          domain::SetOf<domain::Role> roles = {domain::Role::Person}) {
    return register_account(identifier, password, "en", roles);
  }
  [[nodiscard]] Heard log_in(std::string_view identifier = kAlex, std::string_view password = kPassword) const;
  /// The token of a login that waits for a code.
  [[nodiscard]] std::string pending(std::string_view identifier = kAlex) const;
  /// The token of a completed login without a second step.
  [[nodiscard]] std::string session(std::string_view identifier = kAlex) const;
  /// Switches two-step on.
  [[nodiscard]] Enrolled enrol(std::string_view identifier = kAlex);
  /// The app's code now, or of a step before or after.
  [[nodiscard]] std::string code(std::string_view secret_base32, int steps_away = 0) const;
  /// Six digits that are right for no step near now.
  [[nodiscard]] std::string wrong_code(std::string_view secret_base32) const;

  /// A gateway is there. Nothing is sent by it here: see code_sent().
  void allow_sms();
  /// The code by SMS that was issued last, derived again from what the log says: it is stored nowhere.
  [[nodiscard]] std::string code_sent() const;
  /// Every one issued behind a position, oldest first.
  [[nodiscard]] std::vector<std::string> codes_sent(std::uint64_t after) const;
  [[nodiscard]] Heard start_by_sms(const std::string& token, const char* phone = "06 12345678") const;
  /// Switches two-step on with codes by SMS; the fresh session's token.
  [[nodiscard]] std::string enrol_by_sms(std::string_view identifier = kAlex);

  void make_mandatory();
  void allow_sms_only();
  /// So that the next code is another one.
  void next_step() { after(domain::seconds(30)); }
};

}  // namespace tweestap::http::people
