#pragma once
// Twilio's Programmable Messaging, and whoever speaks like it:
// https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
#include <expected>
#include <memory>
#include <string>

#include "consumers/http_client.h"
#include "consumers/sms/gateway.h"
#include "consumers/sms/message_template.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::sms {

inline constexpr std::string_view kTwilioUrl = "https://api.twilio.com";

/// POST <url>/2010-04-01/Accounts/<account>/Messages.json, a form with To, From (or MessagingServiceSid, where the
/// sender is one) and Body, with HTTP Basic authentication by account and secret. Twilio knows no idempotency key, so a
/// message that is tried again after a time-out may arrive twice. Thread rule: any threads.
class TwilioGateway final : public Gateway {
 public:
  /// Invalid, beginning with the name of the setting, where account, secret or sender is missing or odd.
  [[nodiscard]] static std::expected<std::unique_ptr<TwilioGateway>, platform::Failure> create(
      const platform::SmsGatewaySettings& settings);

 private:
  TwilioGateway() = default;
  Outcome try_to_send(const Message& message, const std::stop_token& stop) override;

  MessageTemplate form_;
  std::string from_;
  std::unique_ptr<HttpClient> client_;
};

}  // namespace tweestap::consumers::sms
