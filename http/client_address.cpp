#include "http/client_address.h"

#include <algorithm>
#include <ranges>

#include "http/request.h"

namespace tweestap::http {

bool ForwardingRule::is_proxy(const IpAddress& address) const {
  return std::ranges::any_of(proxies, [&](const Network& network) { return network.contains(address); });
}

std::optional<IpAddress> client_address(const ForwardingRule& rule, const IpAddress& peer,
                                        std::span<const std::string_view> lines) {
  if (!rule.is_proxy(peer)) return peer;
  for (std::string_view line : std::views::reverse(lines)) {
    for (;;) {
      const std::size_t comma = line.rfind(',');
      const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
      const auto entry = IpAddress::parse(without_blanks(line.substr(begin)));
      if (!entry) return std::nullopt;
      if (!rule.is_proxy(*entry)) return entry;
      if (comma == std::string_view::npos) break;
      line = line.substr(0, comma);
    }
  }
  return std::nullopt;
}

bool answers_without_client_address(std::string_view path) {
  return path.starts_with("/health/") || path == "/metrics";
}

}  // namespace tweestap::http
