#include "consumers/sms/judge_answer.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "consumers/json_scan.h"
#include "platform/bug.h"

namespace tweestap::consumers::sms {
namespace {

// Statuses that are about us and not about the message: it would be accepted once the operator has looked, or by
// another gateway at once.
constexpr std::array kOurAccountStatuses{401, 402, 403, 404, 405, 407, 410};

// https://www.twilio.com/docs/api/errors. What is about the number will not change within a code's ten minutes;
constexpr std::array kTwilioBadNumber{21211, 21214, 21217, 21219, 21401, 21407, 21421, 21610, 21612, 21614};
// what is about our sender, our countries or our trial, the operator can change.
constexpr std::array kTwilioOurAccount{20003, 20005, 21212, 21408, 21603, 21606, 21607,
                                       21608, 21659, 21660, 21701, 21703, 21705};
constexpr int kTwilioTooMany = 20429;

bool holds(const auto& list, int number) { return std::ranges::find(list, number) != list.end(); }

Trouble trouble_of(int status) {
  if (status == 429) return Trouble::TooMany;
  if (status == 408 || status == 425) return Trouble::GatewayFault;
  if (holds(kOurAccountStatuses, status)) return Trouble::OurAccount;
  if (status >= 300 && status <= 399) return Trouble::Redirected;
  if (status >= 400 && status <= 499) return Trouble::Refused;
  if (status >= 500 && status <= 599) return Trouble::GatewayFault;
  return Trouble::BadAnswer;
}

Outcome not_accepted(const HttpAnswer& answer, Trouble trouble) {
  Outcome outcome{.trouble = trouble, .status = answer.status};
  if (outcome.kind() == Outcome::Kind::Later && answer.retry_after) {
    outcome.retry_after = std::clamp(*answer.retry_after, std::chrono::seconds(0), kRetryAfterMax);
  }
  return outcome;
}

bool is_id_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' ||
         c == ':' || c == '-';
}

// An id goes into an event that everybody may read, so one that is made of what is private is left out (LOG-1).
std::string public_id(const std::optional<JsonValue>& value, const Message& message) {
  if (!value || (value->kind != JsonValue::Kind::String && value->kind != JsonValue::Kind::Number)) return {};
  const std::string_view id = value->text;
  if (id.size() > kProviderIdBytesMax || !std::ranges::all_of(id, is_id_character)) return {};
  // Numbers are written with and without a country code; the last seven digits are in both.
  const std::string_view number = std::string_view(message.to).substr(message.to.size() - 7);
  if (id.find(number) != std::string_view::npos) return {};
  if (message.code && id.find(message.code->reveal_text()) != std::string_view::npos) return {};
  return std::string(id);
}

Outcome accepted(const HttpAnswer& answer, std::string id) {
  Outcome outcome{.trouble = Trouble::None, .status = answer.status};
  outcome.provider_id = std::move(id);
  return outcome;
}

std::optional<int> three_digits(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.size() != 3 || error != std::errc() || end != text.data() + 3 || number < 100) return std::nullopt;
  return number;
}

// An error's number; 0 where there is none that fits.
int twilio_code(std::string_view body) {
  const auto code = json_member(body, "code");
  if (!code || code->kind != JsonValue::Kind::Number || code->text.size() > 6) return 0;
  int number = 0;
  const auto [end, error] = std::from_chars(code->text.data(), code->text.data() + code->text.size(), number);
  return error == std::errc() && end == code->text.data() + code->text.size() ? std::max(number, 0) : 0;
}

Trouble twilio_trouble(int status, int code) {
  if (code == kTwilioTooMany) return Trouble::TooMany;
  if (status >= 400 && status <= 499) {
    if (holds(kTwilioBadNumber, code)) return Trouble::BadNumber;
    if (holds(kTwilioOurAccount, code)) return Trouble::OurAccount;
  }
  return trouble_of(status);
}

}  // namespace

std::expected<std::vector<SuccessRule::Statuses>, std::string> parse_statuses(const std::vector<std::string>& entries) {
  std::vector<SuccessRule::Statuses> statuses;
  for (const std::string_view entry : entries) {
    const std::size_t dash = entry.find('-');
    const auto first = three_digits(entry.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : three_digits(entry.substr(dash + 1));
    if (!first || !last || *first > *last) {
      return std::unexpected("has to be statuses such as 200 or ranges such as 200-299");
    }
    statuses.push_back({*first, *last});
  }
  if (statuses.empty()) return std::unexpected("has to name at least one status");
  return statuses;
}

Outcome judge_answer(const HttpAnswer& answer, const SuccessRule& rule, const Message& message) {
  const bool success = std::ranges::any_of(
      rule.statuses, [&](const auto& range) { return range.first <= answer.status && answer.status <= range.last; });
  if (!success) return not_accepted(answer, trouble_of(answer.status));
  const std::string_view body = answer.body.reveal_text();
  if (!rule.member.empty()) {
    const auto member = json_member(body, rule.member);
    if (!member) return not_accepted(answer, Trouble::BadAnswer);
    if (member->text != rule.value) return not_accepted(answer, Trouble::NotAccepted);
  }
  return accepted(answer, public_id(json_member(body, rule.id_member), message));
}

Outcome judge_twilio_answer(const HttpAnswer& answer, const Message& message) {
  const std::string_view body = answer.body.reveal_text();
  if (answer.status == 201) {
    const auto sid = json_member(body, "sid");
    return sid ? accepted(answer, public_id(sid, message)) : not_accepted(answer, Trouble::BadAnswer);
  }
  const int code = twilio_code(body);
  Outcome outcome = not_accepted(answer, twilio_trouble(answer.status, code));
  outcome.provider_error = code;
  return outcome;
}

Outcome judge_silence(NoAnswer why) {
  switch (why) {
    case NoAnswer::TimedOut:
      return {.trouble = Trouble::TimedOut};
    case NoAnswer::NotReachable:
      return {.trouble = Trouble::NotReachable};
    case NoAnswer::Untrusted:
      return {.trouble = Trouble::Untrusted};
    case NoAnswer::NotHttp:
      return {.trouble = Trouble::BadAnswer};
    case NoAnswer::Stopped:
      return {.trouble = Trouble::Stopped};
  }
  platform::bug("silence has a reason");
}

}  // namespace tweestap::consumers::sms
