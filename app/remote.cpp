#include "app/remote.h"

#include <cstdlib>

namespace tweestap::app {
namespace {

using nlohmann::ordered_json;
using platform::Failure;

std::unexpected<Trouble> trouble(ExitStatus status, std::string sentence) {
  return std::unexpected(Trouble{status, {Failure::Kind::Invalid, std::move(sentence)}});
}

// What a problem document says, in the service's own words.
std::unexpected<Trouble> refused(const http::ClientAnswer& answer) {
  const auto problem = ordered_json::parse(answer.body, nullptr, false);
  std::string sentence = "the service answers " + std::to_string(answer.status);
  if (problem.is_object() && problem.contains("detail") && problem["detail"].is_string()) {
    sentence += ": " + problem["detail"].get<std::string>();
  }
  return trouble(answer.status >= 500 ? ExitStatus::NotReachable : ExitStatus::No, std::move(sentence));
}

std::expected<std::string, Trouble> body_of(std::expected<http::ClientAnswer, Failure> answer) {
  if (!answer) return std::unexpected(Trouble{ExitStatus::NotReachable, std::move(answer.error())});
  if (answer->status < 200 || answer->status > 299) return refused(*answer);
  return std::move(answer->body);
}

std::unexpected<Trouble> no_service() {
  return trouble(ExitStatus::NotReachable, "what answers at --url is no Tweestap service");
}

std::expected<ordered_json, Trouble> json_of(std::expected<http::ClientAnswer, Failure> answer) {
  auto body = body_of(std::move(answer));
  if (!body) return std::unexpected(std::move(body.error()));
  auto json = ordered_json::parse(*body, nullptr, false);
  if (!json.is_object()) return no_service();
  return json;
}

// A page of events; `envelope_of` finds the envelope in one of its elements. An event that went through a parser and
// was written again has the same bytes: the envelope is canonical, its members keep their order, and it has integers
// only.
template <class EnvelopeOf>
std::expected<RemoteEvents, Trouble> page_of(std::expected<http::ClientAnswer, Failure> answer,
                                             EnvelopeOf envelope_of) {
  auto page = json_of(std::move(answer));
  if (!page) return std::unexpected(std::move(page.error()));
  const ordered_json& json = *page;
  if (!json.contains("events") || !json["events"].is_array() || !json.contains("scanned_to") ||
      !json["scanned_to"].is_number_unsigned()) {
    return no_service();
  }
  RemoteEvents events;
  for (const ordered_json& one : json["events"]) {
    const ordered_json* envelope = envelope_of(one);
    if (envelope == nullptr) return no_service();
    events.envelopes.push_back(envelope->dump());
  }
  events.scanned_to = json["scanned_to"].template get<std::uint64_t>();
  return events;
}

}  // namespace

std::expected<Remote, Trouble> Remote::connect(std::string_view url) {
  const char* key = std::getenv("TWEESTAP_API_KEY");
  if (key == nullptr || *key == '\0')
    return trouble(ExitStatus::WrongUse, "--url wants an API key in TWEESTAP_API_KEY");
  auto client = http::Client::make(url, platform::Secret::from_text(key));
  if (!client) return std::unexpected(Trouble{ExitStatus::WrongUse, std::move(client.error())});
  return Remote{std::move(*client)};
}

std::expected<RemoteEvents, Trouble> Remote::events(std::uint64_t after, std::string_view type, int wait_s) {
  std::string target = "/v1/events?limit=1000&after=" + std::to_string(after) + "&wait=" + std::to_string(wait_s);
  if (!type.empty()) target += "&type=" + std::string{type};
  return page_of(client_.get(target), [](const ordered_json& one) { return &one; });
}

std::expected<RemoteEvents, Trouble> Remote::audit_events(const domain::AccountId& account, std::uint64_t after,
                                                          std::string_view filter) {
  std::string target = "/v1/audit/accounts/" + account.text() + "/events?limit=1000&after=" + std::to_string(after);
  target += filter;
  return page_of(client_.get(target), [](const ordered_json& one) {
    const auto event = one.is_object() ? one.find("event") : one.end();
    return event == one.end() ? nullptr : &*event;
  });
}

std::expected<ordered_json, Trouble> Remote::get(const std::string& target) { return json_of(client_.get(target)); }

std::expected<ordered_json, Trouble> Remote::post(const std::string& target, const ordered_json& body) {
  return json_of(client_.post(target, body.dump()));
}

std::expected<void, Trouble> Remote::del(const std::string& target) {
  auto body = body_of(client_.del(target));
  if (!body) return std::unexpected(std::move(body.error()));
  return {};
}

}  // namespace tweestap::app
