#pragma once
// Tokens in cookies, for pages: when they count, how they are set and cleared (docs/integrator.md).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace tweestap::http {

enum class TokenCookie : std::uint8_t { Login, Session, Device };

/// The rules of one listener. Immutable; any thread may use it.
class CookieRules {
 public:
  /// `origin` as a browser sends it: `https://login.example.org`, without a path. Where it is `http://` on a loopback
  /// address (development), names lose `__Host-` and cookies lose `Secure`.
  CookieRules(ListenerKind listener, std::string origin);

  /// The request asks for its tokens as cookies instead of in the body: `X-Requested-With: tweestap`.
  [[nodiscard]] static bool wants_cookies(const Request& request);
  /// Its cookies may count: wants_cookies(), and at least one of Origin (this listener's) and Sec-Fetch-Site
  /// (`same-origin`), each right where it is sent. Keeps other sites from using a person's cookies (CSRF).
  [[nodiscard]] bool cookies_count(const Request& request) const;
  /// The token in a cookie that counts. Empty also where the name comes twice: then somebody planted one. The staff
  /// listener has no device cookie.
  [[nodiscard]] std::optional<std::string_view> token(const Request& request, TokenCookie cookie) const;

  /// Set-Cookie; without `max_age_s` it ends with the browser session. A device cookie on the staff listener is a bug.
  [[nodiscard]] ResponseHeader set(TokenCookie cookie, std::string_view token,
                                   std::optional<std::int64_t> max_age_s = std::nullopt) const;
  [[nodiscard]] ResponseHeader clear(TokenCookie cookie) const;
  [[nodiscard]] std::string name(TokenCookie cookie) const;

 private:
  ListenerKind listener_;
  std::string origin_;
  bool development_;
};

/// `http://` on 127.0.0.0/8, [::1] or localhost, with or without a port.
[[nodiscard]] bool is_development_origin(std::string_view origin);

}  // namespace tweestap::http
