#include "app/check_settings.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "app/senders.h"
#include "consumers/kafka/client_settings.h"
#include "consumers/sms/choose_gateway.h"
#include "eventstore/kek.h"
#include "http/address.h"
#include "http/guard.h"
#include "http/listener.h"

namespace tweestap::app {
namespace {

using platform::Failure;
using platform::invalid;

std::unexpected<Failure> named(std::string_view setting, Failure failure) {
  failure.reason.insert(0, std::string{setting} + ": ");
  return std::unexpected(std::move(failure));
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

std::expected<ListeningAddress, Failure> listening_address(std::string_view setting, std::string_view text,
                                                           const http::ForwardingRule& forwarding) {
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : parse_port(text.substr(colon + 1));
  if (!port || colon == 0) {
    return std::unexpected(invalid(std::string{setting} + " wants HOST:PORT, such as 127.0.0.1:8080, and not \"" +
                                   std::string{text} + "\""));
  }
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  ListeningAddress address{std::string{host}, *port};
  if (const auto may = http::Listener::may_listen(address.host, address.port, forwarding); !may) {
    return named(setting, may.error());
  }
  return address;
}

std::expected<http::ForwardingRule, Failure> forwarding_rule(const platform::Settings& settings) {
  http::ForwardingRule rule;
  rule.header = settings.http_forwarded_header;
  if (!http::is_token(rule.header)) {
    return std::unexpected(invalid(
        "http.forwarded_header wants the name of a header, such as X-Forwarded-For, and not \"" + rule.header + "\""));
  }
  for (const std::string& text : settings.http_proxies) {
    auto network = http::Network::parse(text);
    if (!network) return named("http.proxies", std::move(network.error()));
    rule.proxies.push_back(*network);
  }
  return rule;
}

bool is_host(std::string_view host) {
  if (host.starts_with('[') && host.ends_with(']')) {
    return http::IpAddress::parse(host.substr(1, host.size() - 2)).has_value() && host.contains(':');
  }
  return !host.empty() && !host.starts_with('.') && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost") return true;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto address = http::IpAddress::parse(host);
  return address && address->is_loopback();
}

// As a browser writes it into Origin (RFC 6454, 6.2), byte for byte: in lower case, without the scheme's own port. One
// that never equals what a browser sends would refuse every one of them.
bool is_origin(std::string_view text) {
  constexpr std::string_view kHttps = "https://";
  constexpr std::string_view kHttp = "http://";
  const bool https = text.starts_with(kHttps);
  if (!https && !text.starts_with(kHttp)) return false;
  std::string_view host = text.substr(https ? kHttps.size() : kHttp.size());
  const std::size_t colon = host.find(':', host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0);
  if (colon != std::string_view::npos) {
    const std::string_view digits = host.substr(colon + 1);
    const auto port = parse_port(digits);
    if (!port || *port == 0 || digits.front() == '0' || *port == (https ? 443 : 80)) return false;
    host = host.substr(0, colon);
  }
  return is_host(host) && (https || is_loopback_host(host));
}

std::expected<void, Failure> check_origin(std::string_view setting, const std::string& text) {
  if (text.empty() || is_origin(text)) return {};
  return std::unexpected(
      invalid(std::string{setting} +
              " wants an origin as browsers send it, such as https://login.example.org or "
              "https://login.example.org:8443: https (http only of a loopback address), in lower case, without a "
              "path and without the scheme's own port; and not \"" +
              text + "\""));
}

std::expected<platform::Blocklist, Failure> open_blocklist(const platform::Settings& settings) {
  if (settings.password_blocklist.empty()) return platform::Blocklist::built_in();
  auto blocklist = platform::Blocklist::open(settings.password_blocklist);
  if (!blocklist) return named("password.blocklist", std::move(blocklist.error()));
  return blocklist;
}

std::expected<void, Failure> check_texts(const platform::Settings& settings) {
  if (auto good = check_origin("http.public_origin", settings.http_public_origin); !good) return good;
  if (auto good = check_origin("http.staff_origin", settings.http_staff_origin); !good) return good;
  if (settings.keys_kek.empty()) return {};
  if (const auto kek = eventstore::parse_kek(settings.keys_kek); !kek) return named("keys.kek", kek.error());
  return {};
}

// No try begins so late that it could end after the code: with less than this none would ever begin.
std::expected<void, Failure> check_code_lifetime(const platform::Settings& settings) {
  if (settings.sms_gateway().kind == "off") return {};
  const std::int64_t needed_s = longest_try(settings).us / domain::seconds(1).us + 15;
  if (settings.sms_code_lifetime_s >= needed_s) return {};
  return std::unexpected(
      invalid("sms.code_lifetime is too short for sms.timeout and sms.second_timeout: with these it has to be " +
              std::to_string(needed_s) + "s at least"));
}

}  // namespace

std::expected<CheckedSettings, Failure> check_settings(const platform::Settings& settings,
                                                       const platform::Clock& clock) {
  auto forwarding = forwarding_rule(settings);
  if (!forwarding) return std::unexpected(std::move(forwarding.error()));
  auto people = listening_address("http.public", settings.http_public, *forwarding);
  if (!people) return std::unexpected(std::move(people.error()));
  auto staff = listening_address("http.staff", settings.http_staff, *forwarding);
  if (!staff) return std::unexpected(std::move(staff.error()));
  if (people->host == staff->host && people->port == staff->port && people->port != 0) {
    return std::unexpected(invalid("http.public and http.staff cannot both have " + settings.http_public));
  }
  if (auto good = check_texts(settings); !good) return std::unexpected(std::move(good.error()));
  auto blocklist = open_blocklist(settings);
  if (!blocklist) return std::unexpected(std::move(blocklist.error()));
  auto gateway = consumers::sms::choose_gateway(settings, clock);
  if (!gateway) return std::unexpected(std::move(gateway.error()));
  if (auto good = check_code_lifetime(settings); !good) return std::unexpected(std::move(good.error()));
  if (auto good = consumers::kafka::check_settings(settings); !good) return std::unexpected(std::move(good.error()));
  auto organisation = http::organisation_of(settings);
  if (!organisation) return std::unexpected(std::move(organisation.error()));
  return CheckedSettings{std::move(*people),    std::move(*staff),   std::move(*forwarding),
                         std::move(*blocklist), std::move(*gateway), std::move(*organisation)};
}

}  // namespace tweestap::app
