#include "consumers/sms/http_gateway.h"

#include <algorithm>
#include <array>

#include "consumers/json_scan.h"
#include "consumers/sms/provider_endpoint.h"

namespace tweestap::consumers::sms {
namespace {

using platform::Failure;
using platform::invalid;

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

std::expected<MessageTemplate, Failure> body_template(const std::string& text) {
  auto body = MessageTemplate::parse(text, Escape::Json);
  if (!body) return std::unexpected(invalid("body: " + body.error()));
  if (!body->has("to") || !body->has("text")) return std::unexpected(invalid("body has to have {to} and {text}"));
  // A value with a quote and a comma is still one value exactly where its place stands between quotes.
  constexpr std::string_view kOdd = R"(",")";
  const auto filled = body->fill({.to = kOdd, .text = kOdd, .from = kOdd, .reference = kOdd, .secret = kOdd});
  if (!is_json(filled.reveal_text()))
    return std::unexpected(invalid("body has to be JSON, with its places between quotes"));
  return std::move(*body);
}

std::expected<std::vector<MessageTemplate>, Failure> header_templates(const std::vector<std::string>& lines) {
  // What libcurl or the connection decides; a second one would be read in different ways by different servers.
  constexpr std::array<std::string_view, 6> kNotTheirs{
      "content-length", "transfer-encoding", "host", "connection", "expect", "upgrade"};
  std::vector<MessageTemplate> headers;
  bool has_type = false;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    const std::string name = lower(std::string_view(line).substr(0, colon));
    if (colon == std::string::npos || !is_token(name))
      return std::unexpected(invalid("headers have to be like \"Name: value\""));
    if (std::ranges::find(kNotTheirs, name) != kNotTheirs.end())
      return std::unexpected(invalid("headers may not have " + name));
    auto header = MessageTemplate::parse(line, Escape::None);
    if (!header) return std::unexpected(invalid("headers: " + header.error()));
    // Proxies and servers write headers into their logs.
    if (header->has("to") || header->has("text"))
      return std::unexpected(invalid("headers may not have {to} or {text}"));
    has_type = has_type || name == "content-type";
    headers.push_back(std::move(*header));
  }
  if (!has_type) headers.push_back(*MessageTemplate::parse("Content-Type: application/json", Escape::None));
  return headers;
}

}  // namespace

std::expected<std::unique_ptr<HttpGateway>, Failure> HttpGateway::create(const platform::SmsGatewaySettings& settings) {
  if (settings.url.empty()) return std::unexpected(invalid("url has to be set"));
  auto body = body_template(settings.body);
  if (!body) return std::unexpected(std::move(body.error()));
  auto headers = header_templates(settings.headers);
  if (!headers) return std::unexpected(std::move(headers.error()));
  auto statuses = parse_statuses(settings.success);
  if (!statuses) return std::unexpected(invalid("success " + statuses.error()));
  if (auto good = check_credentials(settings); !good) return std::unexpected(std::move(good.error()));
  auto client = HttpClient::create(provider_endpoint(settings, settings.url));
  if (!client) return std::unexpected(std::move(client.error()));

  std::unique_ptr<HttpGateway> gateway(new HttpGateway);
  gateway->headers_ = std::move(*headers);
  gateway->body_ = std::move(*body);
  gateway->rule_ = {std::move(*statuses), settings.success_member, settings.success_value, settings.id_member};
  gateway->from_ = settings.sender;
  gateway->secret_ = settings.secret.clone();
  gateway->client_ = std::move(*client);
  return gateway;
}

Outcome HttpGateway::try_to_send(const Message& message, const std::stop_token& stop) {
  const TemplateValues values{.to = message.to,
                              .text = message.text.reveal_text(),
                              .from = from_,
                              .reference = message.reference,
                              .secret = secret_.reveal_text()};
  std::vector<platform::Secret> headers;
  for (const MessageTemplate& header : headers_) headers.push_back(header.fill(values));
  const auto answer = client_->send(headers, body_.fill(values), stop);
  return answer ? judge_answer(*answer, rule_, message) : judge_silence(answer.error());
}

}  // namespace tweestap::consumers::sms
