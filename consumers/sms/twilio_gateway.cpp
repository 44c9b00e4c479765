#include "consumers/sms/twilio_gateway.h"

#include <algorithm>
#include <vector>

#include "consumers/sms/judge_answer.h"
#include "consumers/sms/provider_endpoint.h"
#include "platform/bug.h"

namespace tweestap::consumers::sms {
namespace {

using platform::Failure;
using platform::invalid;

bool is_alphanumeric(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

// MG and 32 hexadecimal digits; a sender's name has eleven characters at most.
bool is_messaging_service(std::string_view sender) {
  return sender.size() == 34 && sender.starts_with("MG") && is_alphanumeric(sender);
}

std::string messages_url(const platform::SmsGatewaySettings& settings) {
  std::string url = settings.url.empty() ? std::string(kTwilioUrl) : settings.url;
  while (url.ends_with('/')) url.pop_back();
  return url + "/2010-04-01/Accounts/" + settings.account + "/Messages.json";
}

}  // namespace

std::expected<std::unique_ptr<TwilioGateway>, Failure> TwilioGateway::create(
    const platform::SmsGatewaySettings& settings) {
  // It becomes a part of the path.
  if (!is_alphanumeric(settings.account))
    return std::unexpected(invalid("account has to be the account's SID, letters and digits"));
  if (settings.secret.empty()) return std::unexpected(invalid("secret has to be set"));
  if (settings.sender.empty()) return std::unexpected(invalid("sender has to be set"));
  if (settings.url.find_first_of("?#") != std::string::npos)
    return std::unexpected(invalid("url may not have a query"));
  if (auto good = check_credentials(settings); !good) return std::unexpected(std::move(good.error()));
  Endpoint endpoint = provider_endpoint(settings, messages_url(settings));
  endpoint.method = "POST";
  endpoint.user = settings.account;
  endpoint.password = settings.secret.clone();
  auto client = HttpClient::create(std::move(endpoint));
  if (!client) return std::unexpected(std::move(client.error()));

  auto form =
      MessageTemplate::parse(is_messaging_service(settings.sender) ? "To={to}&MessagingServiceSid={from}&Body={text}"
                                                                   : "To={to}&From={from}&Body={text}",
                             Escape::Form);
  if (!form) platform::bug("our own form has places that are known");
  std::unique_ptr<TwilioGateway> gateway(new TwilioGateway);
  gateway->form_ = std::move(*form);
  gateway->from_ = settings.sender;
  gateway->client_ = std::move(*client);
  return gateway;
}

Outcome TwilioGateway::try_to_send(const Message& message, const std::stop_token& stop) {
  const auto form =
      form_.fill({.to = message.to, .text = message.text.reveal_text(), .from = from_, .reference = {}, .secret = {}});
  std::vector<platform::Secret> headers;
  headers.push_back(platform::Secret::from_text("Content-Type: application/x-www-form-urlencoded"));
  const auto answer = client_->send(headers, form, stop);
  return answer ? judge_twilio_answer(*answer, message) : judge_silence(answer.error());
}

}  // namespace tweestap::consumers::sms
