// Where a request came from, as events say it.
#include <chrono>

#include "eventstore/key_ring.h"
#include "http/authenticate.h"
#include "http/utf8.h"

namespace tweestap::http {
namespace {

constexpr int kNetworkBitsV4 = 96 + 24;  // of the 128 that an address is kept in
constexpr int kNetworkBitsV6 = 56;

std::string network_text(const IpAddress& address) {
  const int bits = address.is_v4() ? kNetworkBitsV4 : kNetworkBitsV6;
  IpAddress base = address;
  for (int i = bits / 8; i < 16; ++i) base.bytes[static_cast<std::size_t>(i)] = 0;  // both are whole bytes
  return base.text() + (address.is_v4() ? "/24" : "/56");
}

// Some moment of the month before.
domain::Time last_month(domain::Time now) {
  using namespace std::chrono;
  const year_month_day today{floor<days>(sys_time<microseconds>{microseconds{now.us}})};
  const sys_days first = sys_days{today.year() / today.month() / day{1}};
  return domain::Time{duration_cast<microseconds>(first.time_since_epoch()).count() - 1};
}

// Events carry UTF-8 within a bound; a header may be any bytes and longer.
std::string cut_to_text(std::string_view bytes, std::size_t size_max) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence(bytes);
    const std::string_view next = length != 0 ? bytes.substr(0, length) : std::string_view{"\xEF\xBF\xBD"};
    if (text.size() + next.size() > size_max) break;
    text.append(next);
    bytes.remove_prefix(length != 0 ? length : 1);
  }
  return text;
}

}  // namespace

std::expected<domain::Caller, platform::Failure> caller_of(const Services& services, const Request& request) {
  using eventstore::PseudonymKind;
  const domain::Time now = services.now();
  domain::Caller caller;
  caller.listener = listener_of(request.listener);
  caller.address = request.client.text();
  const std::string network = network_text(request.client);
  auto pseudonym = services.keys.pseudonym(PseudonymKind::Network, network, now);
  if (!pseudonym) return std::unexpected(std::move(pseudonym.error()));
  caller.network = *pseudonym;
  caller.network_last_month = services.keys.known_pseudonym(PseudonymKind::Network, network, last_month(now));
  if (const auto agent = request.header("User-Agent"); agent && !agent->empty()) {
    caller.user_agent = cut_to_text(*agent, domain::kUserAgentMax.count);
    auto of_agent = services.keys.pseudonym(PseudonymKind::Agent, *caller.user_agent, now);
    if (!of_agent) return std::unexpected(std::move(of_agent.error()));
    caller.agent = *of_agent;
  }
  return caller;
}

}  // namespace tweestap::http
