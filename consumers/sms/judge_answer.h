#pragma once
// What a provider's answer means: pure, so that a fuzzer can ask it anything.
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/http_client.h"
#include "consumers/sms/gateway.h"

namespace tweestap::consumers::sms {

/// Which answers of a generic gateway mean that the message was accepted. A rule and no code: every provider has its
/// own.
struct SuccessRule {
  struct Statuses {
    int first = 200;
    int last = 299;
  };
  std::vector<Statuses> statuses;
  std::string member;     ///< has to equal `value` too, where it is not empty; a path as of json_member()
  std::string value;      ///< as JSON writes it, a string without its quotes
  std::string id_member;  ///< where the provider's id is; empty: nowhere
};

/// `200` or `200-299`, each of three digits and the second not below the first; otherwise says so.
[[nodiscard]] std::expected<std::vector<SuccessRule::Statuses>, std::string> parse_statuses(
    const std::vector<std::string>& entries);

/// What became of a message that was answered so.
[[nodiscard]] Outcome judge_answer(const HttpAnswer& answer, const SuccessRule& rule, const Message& message);

/// The same for the Programmable Messaging API of Twilio: 201 with a `sid`, errors with a `code`.
[[nodiscard]] Outcome judge_twilio_answer(const HttpAnswer& answer, const Message& message);

/// And where there was none.
[[nodiscard]] Outcome judge_silence(NoAnswer why);

}  // namespace tweestap::consumers::sms
