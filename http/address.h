#pragma once
// Network addresses of peers and clients, and the networks that settings name.
#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "platform/failure.h"

struct sockaddr;

namespace tweestap::http {

/// An IPv4 or IPv6 address. IPv4 is kept as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so an address that arrives over a
/// dual-stack socket equals the one that a setting names.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  /// Exactly one address in its usual notation: no port, no zone, no brackets, no spaces; empty otherwise.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  /// The address of a socket; empty where its family is neither AF_INET nor AF_INET6.
  [[nodiscard]] static std::optional<IpAddress> of(const sockaddr* from);
  [[nodiscard]] bool is_v4() const;
  /// 127.0.0.0/8 and ::1.
  [[nodiscard]] bool is_loopback() const;
  /// `192.0.2.1` or `2001:db8::1` (RFC 5952).
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// An address or a CIDR network (`10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`).
struct Network {
  IpAddress base;
  int prefix_bits = 128;  ///< counted over all 128 bits: an IPv4 /8 is 104

  /// Fails (Invalid) with a sentence that quotes the text. Bits set behind the prefix are refused: it is more likely a
  /// slip than a wish.
  [[nodiscard]] static std::expected<Network, platform::Failure> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
};

}  // namespace tweestap::http
