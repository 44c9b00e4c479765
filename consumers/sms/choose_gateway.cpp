#include "consumers/sms/choose_gateway.h"

#include <string>

#include "consumers/sms/fail_over.h"
#include "consumers/sms/file_gateway.h"
#include "consumers/sms/http_gateway.h"
#include "consumers/sms/twilio_gateway.h"
#include "platform/bug.h"

namespace tweestap::consumers::sms {
namespace {

using platform::Failure;
using platform::Settings;

template <class Made>
std::expected<std::unique_ptr<Gateway>, Failure> as_gateway(std::expected<Made, Failure> made) {
  if (!made) return std::unexpected(std::move(made.error()));
  return std::move(*made);
}

std::expected<std::unique_ptr<Gateway>, Failure> make(const platform::SmsGatewaySettings& settings,
                                                      const std::string& data, const platform::Clock& clock) {
  if (settings.kind == "off") return nullptr;
  if (settings.kind == "file") return as_gateway(FileGateway::create(settings.file, clock, data));
  if (settings.kind == "http") return as_gateway(HttpGateway::create(settings));
  if (settings.kind == "twilio") return as_gateway(TwilioGateway::create(settings));
  platform::bug("a gateway that no setting can name");
}

// Failures begin with the setting's last part: `url has to be set`.
Failure named(std::string_view prefix, Failure failure) {
  failure.reason.insert(0, prefix);
  return failure;
}

}  // namespace

std::expected<std::vector<platform::SettingSources::Flag>, Failure> settings_of_sms_flag(std::string_view value) {
  constexpr std::string_view kFile = "file:";
  if (value == "off") return std::vector<platform::SettingSources::Flag>{{"sms.gateway", "--sms", "off"}};
  if (!value.starts_with(kFile) || value.size() == kFile.size()) {
    return std::unexpected(Failure{Failure::Kind::Invalid, "--sms has to be file:PATH or off"});
  }
  return std::vector<platform::SettingSources::Flag>{{"sms.gateway", "--sms", "file"},
                                                     {"sms.file", "--sms", std::string(value.substr(kFile.size()))}};
}

std::expected<std::unique_ptr<Gateway>, Failure> choose_gateway(const Settings& settings,
                                                                const platform::Clock& clock) {
  auto first = make(settings.sms_gateway(), settings.storage_data, clock);
  if (!first) return std::unexpected(named("sms.", std::move(first.error())));
  auto second = make(settings.sms_second_gateway(), settings.storage_data, clock);
  if (!second) return std::unexpected(named("sms.second_", std::move(second.error())));
  if (!*second) return std::move(*first);
  if (!*first) return std::unexpected(Failure{Failure::Kind::Invalid, "sms.second_gateway wants sms.gateway first"});
  return std::make_unique<FailOver>(std::move(*first), std::move(*second), clock);
}

}  // namespace tweestap::consumers::sms
