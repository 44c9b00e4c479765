#include "app/remote.h"

#include <cstdlib>

namespace tweestap::app {
namespace {

using nlohmann::ordered_json;
using platform::Failure;

// So that a script can tell "not found" from "wrong key": only what the service looked for and did not find, or may not
// do as things stand, is No. A service that has too much to do is not reached now; asking again may help.
ExitStatus status_of(int answer) {
  constexpr int kNotFound = 404;
  constexpr int kConflict = 409;
  constexpr int kTooManyRequests = 429;
  constexpr int kServersOwn = 500;
  if (answer == kNotFound || answer == kConflict) return ExitStatus::No;
  return answer >= kServersOwn || answer == kTooManyRequests ? ExitStatus::NotReachable : ExitStatus::WrongUse;
}

std::unexpected<Trouble> no_service() {
  return trouble(ExitStatus::NotReachable, "what answers at --url is no Tweestap service");
}

// What a problem document says, in the service's own words. What is none was not said by us: a proxy, or a front end.
std::unexpected<Trouble> refused(const http::ClientAnswer& answer) {
  constexpr int kUnauthorized = 401;
  const auto problem = ordered_json::parse(answer.body, nullptr, false);
  const auto text = [&problem](const char* member) -> std::string {
    const bool there = problem.is_object() && problem.contains(member) && problem[member].is_string();
    return there ? problem[member].get<std::string>() : std::string{};
  };
  if (text("code").empty() && answer.status < 500) return no_service();
  std::string sentence = "the service answers " + std::to_string(answer.status);
  if (const std::string detail = text("detail"); !detail.empty()) sentence += ": " + detail;
  if (const std::string member = text("member"); !member.empty()) sentence += " (" + member + ")";
  if (answer.status == kUnauthorized) {
    sentence += "; the key in TWEESTAP_API_KEY is wrong, revoked or over, or is for another service";
  }
  return trouble(status_of(answer.status), std::move(sentence));
}

std::expected<std::string, Trouble> body_of(std::expected<http::ClientAnswer, Failure> answer) {
  if (!answer) return std::unexpected(Trouble{ExitStatus::NotReachable, std::move(answer.error())});
  if (answer->status < 200 || answer->status > 299) return refused(*answer);
  return std::move(answer->body);
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
