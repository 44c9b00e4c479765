#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace tweestap::http {
namespace {

constexpr std::array<std::uint8_t, 12> kV4Prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kAddressTextMax = INET6_ADDRSTRLEN - 1;

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  // inet_pton wants a terminator and would stop at a NUL inside.
  if (text.empty() || text.size() > kAddressTextMax || text.contains('\0')) return std::nullopt;
  char buffer[INET6_ADDRSTRLEN] = {};
  std::memcpy(buffer, text.data(), text.size());
  IpAddress address;
  if (text.contains(':')) {
    if (inet_pton(AF_INET6, buffer, address.bytes.data()) != 1) return std::nullopt;
    return address;
  }
  std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
  if (inet_pton(AF_INET, buffer, address.bytes.data() + kV4Prefix.size()) != 1) return std::nullopt;
  return address;
}

std::optional<IpAddress> IpAddress::of(const sockaddr* from) {
  IpAddress address;
  if (from->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, from, sizeof v4);
    std::copy(kV4Prefix.begin(), kV4Prefix.end(), address.bytes.begin());
    std::memcpy(address.bytes.data() + kV4Prefix.size(), &v4.sin_addr, 4);
    return address;
  }
  if (from->sa_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, from, sizeof v6);
    std::memcpy(address.bytes.data(), &v6.sin6_addr, 16);
    return address;
  }
  return std::nullopt;
}

bool IpAddress::is_v4() const { return std::equal(kV4Prefix.begin(), kV4Prefix.end(), bytes.begin()); }

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[12] == 127;
  return bytes[15] == 1 && std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; });
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (is_v4()) {
    inet_ntop(AF_INET, bytes.data() + kV4Prefix.size(), buffer, sizeof buffer);
  } else {
    inet_ntop(AF_INET6, bytes.data(), buffer, sizeof buffer);
  }
  return buffer;
}

std::expected<Network, platform::Failure> Network::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(
        platform::Failure{platform::Failure::Kind::Invalid,
                          "\"" + std::string{text} + "\" is not an address or network: " + std::string{why}});
  };
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return refuse("write it like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32");
  Network network{*base, 128};
  if (slash == std::string_view::npos) return network;

  const std::string_view digits = text.substr(slash + 1);
  const int bits_max = base->is_v4() && !text.contains(':') ? 32 : 128;
  int bits = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits < 0 || bits > bits_max) {
    return refuse("the number behind / must lie between 0 and " + std::to_string(bits_max));
  }
  network.prefix_bits = bits + (128 - bits_max);
  for (int bit = network.prefix_bits; bit < 128; ++bit) {
    const std::uint8_t byte = base->bytes[static_cast<std::size_t>(bit / 8)];
    if ((byte >> (7 - bit % 8) & 1) != 0) return refuse("it has bits set behind the network's prefix");
  }
  return network;
}

bool Network::contains(const IpAddress& address) const {
  const auto whole = static_cast<std::size_t>(prefix_bits / 8);
  if (!std::equal(base.bytes.begin(), base.bytes.begin() + static_cast<std::ptrdiff_t>(whole), address.bytes.begin())) {
    return false;
  }
  const int rest = prefix_bits % 8;
  if (rest == 0) return true;
  return (base.bytes[whole] ^ address.bytes[whole]) >> (8 - rest) == 0;
}

}  // namespace tweestap::http
