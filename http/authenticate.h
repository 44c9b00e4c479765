#pragma once
// Who calls: from a bearer token or a cookie to the account, session or key behind it, as it is now.
#include <expected>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/account_state.h"
#include "domain/caller.h"
#include "domain/ids.h"
#include "domain/login/login.h"
#include "domain/sessions/sessions.h"
#include "http/problem.h"
#include "http/router.h"
#include "http/services.h"
#include "platform/failure.h"

namespace tweestap::http {

class AnswerKeeper;

/// A login that waits for something.
struct LoginCaller {
  domain::AccountId account;
  domain::LoginRef login;
  bool enrols = false;  ///< waits for an enrolment, not for a code
};
struct SessionCaller {
  domain::AccountId account;
  domain::SessionRef session;
  bool fresh = false;    ///< passed the second step lately, or the account has none
  bool use_due = false;  ///< its use is to be told to the log
};
struct KeyCaller {
  domain::ApiKeyId api_key;
  domain::KeyRole role{};
};

/// What authentication found; `request.caller` points to it while the handler runs.
struct Caller {
  /// monostate: nobody, on a route that asks for nobody.
  std::variant<std::monostate, LoginCaller, SessionCaller, KeyCaller> who;
  /// The account of a login or session as it was read; nullptr otherwise.
  std::shared_ptr<const domain::AccountState> account;
  std::string_view token;  ///< its text, in the request's buffer; empty for nobody
  /// Keeps this request's answer under its Idempotency-Key; nullptr where it has none.
  const AnswerKeeper* keeper = nullptr;

  [[nodiscard]] const LoginCaller* login() const { return std::get_if<LoginCaller>(&who); }
  [[nodiscard]] const SessionCaller* session() const { return std::get_if<SessionCaller>(&who); }
  [[nodiscard]] const KeyCaller* key() const { return std::get_if<KeyCaller>(&who); }
  /// The account of a login or session; asking where there is none is a bug.
  [[nodiscard]] domain::AccountId account_id() const;
  /// Who the events say it was: the account or the API key.
  [[nodiscard]] domain::Actor actor() const;
};

/// How a token fails. The order is that of usefulness to whoever hears it.
enum class TokenTrouble : std::uint8_t {
  None,        ///< there is no token, or none that this route takes
  Over,        ///< it was right once
  NotAllowed,  ///< it would do, but its owner may not use this route
  Failed,      ///< the store cannot be read
};
struct NotAuthenticated {
  TokenTrouble why = TokenTrouble::None;
  /// Tokens of the request that are over: with them a kept answer may still be heard.
  std::vector<std::string_view> over{};
  platform::Failure failure{};  ///< Failed
};

/// The tokens that a request brings for this route: a bearer token, otherwise the cookies that count.
[[nodiscard]] std::vector<std::string_view> presented_tokens(const Services& services, const Route& route,
                                                             const Request& request);

/// Finds out who calls and whether the route takes them, freshness aside. Writes nothing.
[[nodiscard]] std::expected<Caller, NotAuthenticated> authenticate(const Services& services, const Route& route,
                                                                   const Request& request);

/// Tells the log that a session is in use where that is due (domain::use_is_due); left out where it cannot be stored.
/// False: the session ended meanwhile.
[[nodiscard]] bool touch_session(const Services& services, const domain::AccountId& account,
                                 const domain::AccountState& state, const domain::SessionRef& session);

/// Where the request came from, with this and last month's pseudonyms. Unavailable where a month's key cannot be made.
[[nodiscard]] std::expected<domain::Caller, platform::Failure> caller_of(const Services& services,
                                                                         const Request& request);

[[nodiscard]] constexpr domain::Listener listener_of(ListenerKind kind) {
  return kind == ListenerKind::Public ? domain::Listener::Public : domain::Listener::Staff;
}

/// Whether a route takes this caller (SES-1): yes, not this one of its kind (forbidden), or not this kind of token.
enum class Taken : std::uint8_t { Yes, NotAllowed, WrongKind };
[[nodiscard]] Taken takes(const Who& who, const Caller& caller, ListenerKind listener);

/// What stands between the router and the handlers: authentication, kept answers, freshness. For Router.
[[nodiscard]] Around front_door(const Services& services);

}  // namespace tweestap::http
