#include "consumers/sms/provider_endpoint.h"

#include <algorithm>
#include <string_view>

namespace tweestap::consumers::sms {
namespace {

bool is_printable_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Endpoint provider_endpoint(const platform::SmsGatewaySettings& settings, std::string url) {
  Endpoint endpoint;
  endpoint.url = std::move(url);
  endpoint.method = settings.method;
  endpoint.ca_file = settings.ca_file;
  endpoint.connect_limit = std::chrono::seconds(settings.connect_timeout_s);
  endpoint.total_limit = std::chrono::seconds(settings.timeout_s);
  return endpoint;
}

std::expected<void, platform::Failure> check_credentials(const platform::SmsGatewaySettings& settings) {
  using platform::Failure;
  if (!is_printable_ascii(settings.sender)) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "sender has to be printable ASCII"});
  }
  if (!is_printable_ascii(settings.secret.reveal_text())) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "secret has to be one line of printable ASCII"});
  }
  return {};
}

}  // namespace tweestap::consumers::sms
