#pragma once
// Who calls: the socket's address, or what a configured proxy says about it (THR-5).
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/address.h"

namespace tweestap::http {

/// The proxies whose word counts and the one header in which they give it. A loopback peer is believed only where
/// loopback is configured, because any process of the machine can connect from there.
struct ForwardingRule {
  std::vector<Network> proxies;
  std::string header = "X-Forwarded-For";

  [[nodiscard]] bool is_proxy(const IpAddress& address) const;
};

/// The client's address of a request whose socket peer is `peer` and whose header lines of the rule's name are
/// `lines`, in the order of arrival: from a proxy, the right-most entry that is not itself a configured proxy.
/// Entries further left were written by the client and are not looked at. Empty where a proxy's header is missing, has
/// nothing but proxies, or has something that is no address: the caller answers 400.
[[nodiscard]] std::optional<IpAddress> client_address(const ForwardingRule& rule, const IpAddress& peer,
                                                      std::span<const std::string_view> lines);

/// `/health/…` and `/metrics` answer also where the client's address cannot be told: a balancer's own probe carries
/// none.
[[nodiscard]] bool answers_without_client_address(std::string_view path);

}  // namespace tweestap::http
