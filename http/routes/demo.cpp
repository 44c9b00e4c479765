// The demo's phone: what a person would read on theirs.
#include "http/routes/demo.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "http/json_writer.h"
#include "http/routes/pages.h"

namespace tweestap::http {
namespace {

constexpr std::size_t kPhoneBytes = 16;  // + and 15 digits (ITU-T E.164, 6.2.1)
constexpr std::size_t kShownMax = 100;   // a phone's list of messages is not longer before somebody scrolls

constexpr QueryParameter kMessagesQuery[] = {
    {"to", QueryType::Text, 0, kPhoneBytes, "The number whose messages are shown (E.164); all where absent."},
};
constexpr AnswerMember kMessageMembers[] = {
    {"at", AnswerType::Time, true, "When it was sent."},
    {"to", AnswerType::String, true, "The number."},
    {"text", AnswerType::String, true, "What it says."},
    {"code", AnswerType::Secret, false, "The code in it, where it has one."},
};
constexpr AnswerShape kMessageShape{"DemoMessage", kMessageMembers};
constexpr AnswerMember kMessagesMembers[] = {
    {"messages", AnswerType::Objects, true, "Newest first, the last 100.", &kMessageShape},
};
constexpr AnswerShape kMessagesShape{"DemoMessages", kMessagesMembers};

// A plus sign in a query means a space to many (HTML forms), and no number has one.
std::string as_number(std::string_view asked) {
  std::string number{asked};
  if (number.starts_with(' ')) number.front() = '+';
  return number;
}

// Lines of the file gateway. One that does not read back is being written at this moment.
std::vector<nlohmann::json> messages_to(const std::filesystem::path& file, const std::string& number) {
  std::vector<nlohmann::json> found;
  std::ifstream lines{file};
  for (std::string line; std::getline(lines, line);) {
    nlohmann::json message = nlohmann::json::parse(line, nullptr, false);
    if (!message.is_object() || (!number.empty() && message.value("to", "") != number)) continue;
    found.push_back(std::move(message));
  }
  std::ranges::reverse(found);
  if (found.size() > kShownMax) found.resize(kShownMax);
  return found;
}

Response show_messages(const Request& request, const std::filesystem::path& file) {
  const std::string number = as_number(request.query_parameter("to").value_or(""));
  JsonWriter json;
  json.begin_object().member_array("messages");
  for (const nlohmann::json& message : messages_to(file, number)) {
    json.begin_object();
    for (const AnswerMember& member : kMessageMembers) {
      const std::string text = message.value(std::string{member.name}, "");
      if (member.always || !text.empty()) json.member(member.name, text);
    }
    json.end_object();
  }
  json.end_array().end_object();
  return Response::json(Success::Ok, json.take());
}

Route messages_route(std::filesystem::path file) {
  return Route{
      .verb = VerbName::Get,
      .path = "/demo/messages",
      .listeners = ListenerSet::Public,
      .who = Who{Principal::Anyone},
      .throttle = Throttle::none("the demo's codes are public, as its passwords are"),
      .summary = "The messages that the demo's people would get on their phones.",
      .query = kMessagesQuery,
      .body = RequestBody::none(),
      .answers = Answers{Answer::json(Success::Ok, "the messages", kMessagesShape)},
      .problems = Problems::none(),
      .handler =
          Handler{[file = std::move(file)](Request& request, const Body&) { return show_messages(request, file); }},
  };
}

}  // namespace

std::vector<Route> demo_routes(std::filesystem::path file, const Pages& pages) {
  return {
      messages_route(std::move(file)),
      page_route(pages, kDemoPhonePath, ListenerSet::Public, "The demo's phone.", "phone.html"),
  };
}

}  // namespace tweestap::http
