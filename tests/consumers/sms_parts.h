#pragma once
// Messages and settings for the tests of gateways.
#include <gtest/gtest.h>

#include <expected>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "consumers/sms/gateway.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::sms {

inline void PrintTo(Trouble trouble, std::ostream* out) { *out << trouble_name(trouble); }
inline void PrintTo(Outcome::Kind kind, std::ostream* out) { *out << static_cast<int>(kind); }

inline constexpr std::string_view kTestNumber = "+31612345678";

inline Message message_with(std::string_view text, std::string_view code = {}) {
  Message message{std::string(kTestNumber), platform::Secret::from_text(text), {}, "cha_0001"};
  if (!code.empty()) message.code = platform::Secret::from_text(code);
  return message;
}

inline Message message() { return message_with("Your code is 014874", "014874"); }

/// Settings of the generic gateway for this URL, with short time limits.
inline platform::SmsGatewaySettings http_settings(const std::string& url) {
  platform::SmsGatewaySettings settings;
  settings.kind = "http";
  settings.url = url;
  settings.timeout_s = 1;
  settings.connect_timeout_s = 1;
  return settings;
}

inline platform::SmsGatewaySettings twilio_settings(const std::string& url) {
  auto settings = http_settings(url);
  settings.kind = "twilio";
  settings.account = "AC0123456789abcdef0123456789abcdef";
  settings.secret = platform::Secret::from_text("an auth token");
  settings.sender = "+31970000000";
  return settings;
}

/// The gateway of these settings; a failure ends the test.
template <class G>
std::unique_ptr<G> made(std::expected<std::unique_ptr<G>, platform::Failure> gateway) {
  if (!gateway) ADD_FAILURE() << gateway.error().reason;
  return gateway ? std::move(*gateway) : nullptr;
}

}  // namespace tweestap::consumers::sms
