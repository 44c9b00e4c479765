#include "http/cookies.h"

#include <algorithm>

#include "platform/bug.h"

namespace tweestap::http {
namespace {

constexpr std::size_t kCookieBytes = 128;  // the longest name, all attributes, and 20 digits of Max-Age

}  // namespace

bool is_development_origin(std::string_view origin) {
  constexpr std::string_view kScheme = "http://";
  if (!origin.starts_with(kScheme)) return false;
  std::string_view host = origin.substr(kScheme.size());
  if (host.starts_with('[')) {
    const std::size_t close = host.find(']');
    if (close == std::string_view::npos) return false;
    host = host.substr(1, close - 1);
  } else {
    host = host.substr(0, host.find(':'));
  }
  if (host == "localhost") return true;
  const auto address = IpAddress::parse(host);
  return address && address->is_loopback();
}

CookieRules::CookieRules(ListenerKind listener, std::string origin)
    : listener_(listener), origin_(std::move(origin)), development_(is_development_origin(origin_)) {}

bool CookieRules::wants_cookies(const Request& request) { return request.header("X-Requested-With") == "tweestap"; }

bool CookieRules::cookies_count(const Request& request) const {
  if (!wants_cookies(request)) return false;
  const auto origin = request.header("Origin");
  const auto site = request.header("Sec-Fetch-Site");
  if (!origin && !site) return false;
  return (!origin || *origin == origin_) && (!site || *site == "same-origin");
}

std::optional<std::string_view> CookieRules::token(const Request& request, TokenCookie cookie) const {
  if (listener_ == ListenerKind::Staff && cookie == TokenCookie::Device) return std::nullopt;
  if (!cookies_count(request)) return std::nullopt;
  const std::string wanted = name(cookie);
  std::optional<std::string_view> found;
  for (std::string_view line : request.header_lines("Cookie")) {
    while (!line.empty()) {
      const std::size_t semicolon = line.find(';');
      std::string_view pair = line.substr(0, semicolon);
      line.remove_prefix(semicolon == std::string_view::npos ? line.size() : semicolon + 1);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != wanted) continue;
      if (found) return std::nullopt;
      found = pair.substr(equals + 1);
    }
  }
  return found && !found->empty() ? found : std::nullopt;
}

std::string CookieRules::name(TokenCookie cookie) const {
  std::string name = development_ ? "" : "__Host-";
  if (listener_ == ListenerKind::Staff) name += "staff-";
  switch (cookie) {
    case TokenCookie::Login:
      return name + "login";
    case TokenCookie::Session:
      return name + "session";
    case TokenCookie::Device:
      return name + "device";
  }
  platform::bug("no such cookie");
}

ResponseHeader CookieRules::set(TokenCookie cookie, std::string_view token,
                                std::optional<std::int64_t> max_age_s) const {
  if (listener_ == ListenerKind::Staff && cookie == TokenCookie::Device) {
    platform::bug("the staff listener remembers no device");
  }
  // The order of attributes is free (RFC 6265, 4.1.1); __Host- wants Secure, Path=/ and no Domain.
  std::string value;
  value.reserve(kCookieBytes + token.size());  // never grows, so that no copy of the token stays behind
  value.append(name(cookie)).append("=").append(token).append("; Path=/; HttpOnly; SameSite=Strict");
  if (!development_) value += "; Secure";
  if (max_age_s) value.append("; Max-Age=").append(std::to_string(std::max<std::int64_t>(*max_age_s, 0)));
  return {"Set-Cookie", std::move(value)};
}

ResponseHeader CookieRules::clear(TokenCookie cookie) const { return set(cookie, "", 0); }

}  // namespace tweestap::http
