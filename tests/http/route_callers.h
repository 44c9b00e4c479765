#pragma once
// Every kind of caller that there is, for tests that walk the whole table of routes.
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tests/http/staff_service.h"

namespace tweestap::http {

/// `GET /v1/account`: how tests name a route.
[[nodiscard]] std::string name_of(const Route& route);
/// The route's path with resources that are nobody's in it, so that a caller who gets in changes nothing.
[[nodiscard]] std::string target_of(const Route& route);
/// A body that the route can read; empty where it needs none.
[[nodiscard]] std::string body_of(const Route& route);

/// What a caller has, which says what it hears where it may not come in: of the right kind and not allowed is
/// `forbidden`; over is `token_expired`; everything else, a live token of another kind or state, or of the other
/// listener, too, is `session_required`.
enum class CallerKind { Nobody, Login, Session, Key, Over };

struct CallerName {
  char letter;  // by which a table names it
  std::string_view name;
  CallerKind kind;
};

inline constexpr CallerName kCallers[] = {
    {'n', "nobody", CallerKind::Nobody},
    {'x', "a session's token that never was", CallerKind::Nobody},
    {'y', "a key that never was", CallerKind::Nobody},
    {'d', "a device's token", CallerKind::Nobody},
    {'f', "a session of the other listener", CallerKind::Nobody},
    {'g', "a login of the other listener", CallerKind::Nobody},
    {'o', "a session that was ended", CallerKind::Over},
    {'i', "a session that nobody used for an hour", CallerKind::Over},
    {'b', "a session past its absolute end", CallerKind::Over},
    {'l', "a login that was given up", CallerKind::Over},
    {'j', "a login that nobody completed in time", CallerKind::Over},
    {'r', "a key that was revoked", CallerKind::Over},
    {'t', "a key whose time is over", CallerKind::Over},
    {'c', "a login that waits for a code", CallerKind::Login},
    {'e', "a login that waits for an enrolment", CallerKind::Login},
    {'p', "a person's session", CallerKind::Session},
    {'m', "a session by the phone app's PIN", CallerKind::Session},
    {'v', "a session that a remembered device let in", CallerKind::Session},
    {'h', "a helpdesk session", CallerKind::Session},
    {'a', "an admin session", CallerKind::Session},
    {'u', "an auditor session", CallerKind::Session},
    {'H', "a helpdesk key", CallerKind::Key},
    {'A', "an admin key", CallerKind::Key},
    {'U', "an auditor key", CallerKind::Key},
    {'F', "a front end's key", CallerKind::Key},
    {'S', "a stream key", CallerKind::Key},
};

/// Sessions that there are on the public listener only: a person has none on staff's, and neither a phone's PIN nor a
/// remembered device opens one there. On staff's they are as 'f'.
inline constexpr std::string_view kOnPublicOnly = "pmv";
/// Sessions of accounts with two-step that did not pass the second step: what needs a fresh one tells them to step up.
inline constexpr std::string_view kNotFresh = "mv";

/// The tokens of all of them, on either listener.
class Callers {
 public:
  explicit Callers(StaffService& service);

  /// The same one as before, until forget().
  [[nodiscard]] const std::string& token(char letter, domain::Listener listener);
  /// After a request that may have ended tokens.
  void forget() { tokens_.clear(); }

 private:
  [[nodiscard]] std::string make(char letter, domain::Listener listener);
  [[nodiscard]] std::string ended(std::string token, std::string target, domain::Listener listener);
  // Lets the time go by that ends what ends by time.
  void outlive();

  StaffService& service_;
  domain::AccountId person_, has_to_enrol_, staff_to_enrol_, with_devices_, helpdesk_, admin_, auditor_;
  std::map<char, std::string> keys_;
  std::map<domain::Listener, std::string> unused_, outlived_, late_logins_;
  std::map<std::pair<char, domain::Listener>, std::string> tokens_;
};

}  // namespace tweestap::http
