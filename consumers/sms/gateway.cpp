#include "consumers/sms/gateway.h"

#include <algorithm>

#include "platform/bug.h"
#include "platform/text/unicode.h"

namespace tweestap::consumers::sms {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view to) {
  // ITU-T E.164, 6.2.1: 15 digits at most, and no country code begins with 0. Seven is the shortest in use.
  return to.size() >= 8 && to.size() <= 16 && to[0] == '+' && to[1] != '0' &&
         std::ranges::all_of(to.substr(1), is_digit);
}

bool is_reference(std::string_view reference) {
  return !reference.empty() && reference.size() <= kReferenceBytesMax && std::ranges::all_of(reference, [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  });
}

bool is_text(std::string_view text) { return !text.empty() && text.size() <= kTextBytesMax && platform::is_utf8(text); }

}  // namespace

std::string_view trouble_name(Trouble trouble) {
  switch (trouble) {
    case Trouble::None:
      return "none";
    case Trouble::BadNumber:
      return "bad_number";
    case Trouble::Refused:
      return "refused";
    case Trouble::TooMany:
      return "too_many";
    case Trouble::TimedOut:
      return "timed_out";
    case Trouble::NotReachable:
      return "not_reachable";
    case Trouble::Untrusted:
      return "untrusted";
    case Trouble::OurAccount:
      return "our_account";
    case Trouble::GatewayFault:
      return "gateway_fault";
    case Trouble::Redirected:
      return "redirected";
    case Trouble::BadAnswer:
      return "bad_answer";
    case Trouble::NotAccepted:
      return "not_accepted";
    case Trouble::NotWritten:
      return "not_written";
    case Trouble::Stopped:
      return "stopped";
  }
  platform::bug("a trouble has a name");
}

Outcome::Kind Outcome::kind() const {
  switch (trouble) {
    case Trouble::None:
      return Kind::Accepted;
    case Trouble::BadNumber:
    case Trouble::Refused:
      return Kind::Refused;
    case Trouble::TooMany:
    case Trouble::TimedOut:
    case Trouble::NotReachable:
    case Trouble::Untrusted:
    case Trouble::OurAccount:
    case Trouble::GatewayFault:
    case Trouble::Redirected:
    case Trouble::BadAnswer:
    case Trouble::NotAccepted:
    case Trouble::NotWritten:
    case Trouble::Stopped:
      return Kind::Later;
  }
  platform::bug("a trouble is for good or not");
}

std::string reason(const Outcome& outcome) {
  std::string text(trouble_name(outcome.trouble));
  if (outcome.status != 0) text += ", status " + std::to_string(outcome.status);
  if (outcome.provider_error != 0) text += ", error " + std::to_string(outcome.provider_error);
  return text;
}

Outcome Gateway::send(const Message& message, const std::stop_token& stop) {
  if (!is_number(message.to)) return {.trouble = Trouble::BadNumber};
  if (!is_text(message.text.reveal_text()) || !is_reference(message.reference)) return {.trouble = Trouble::Refused};
  if (stop.stop_requested()) return {.trouble = Trouble::Stopped};
  return try_to_send(message, stop);
}

}  // namespace tweestap::consumers::sms
