#pragma once
// Any provider that takes a message as JSON over HTTPS: the request is a template, success a rule.
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "consumers/http_client.h"
#include "consumers/sms/gateway.h"
#include "consumers/sms/judge_answer.h"
#include "consumers/sms/message_template.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::consumers::sms {

/// Thread rule: any threads; each message in flight has a connection of its own, which is kept.
class HttpGateway final : public Gateway {
 public:
  /// Invalid, beginning with the name of the setting, where one is not what it has to be: a body that is no JSON once
  /// it is filled in, or that has no {to} and {text}; a header that is none; a URL that is neither https nor loopback.
  [[nodiscard]] static std::expected<std::unique_ptr<HttpGateway>, platform::Failure> create(
      const platform::SmsGatewaySettings& settings);

 private:
  HttpGateway() = default;
  Outcome try_to_send(const Message& message, const std::stop_token& stop) override;

  std::vector<MessageTemplate> headers_;
  MessageTemplate body_;
  SuccessRule rule_;
  std::string from_;
  platform::Secret secret_;
  std::unique_ptr<HttpClient> client_;
};

}  // namespace tweestap::consumers::sms
