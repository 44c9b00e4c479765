// What an SMS provider answers, and the scan of its JSON: every answer is judged, and nothing of it is told (LOG-1).
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "consumers/json_scan.h"
#include "consumers/sms/judge_answer.h"

namespace {

using namespace tweestap::consumers;

void check(const sms::Outcome& outcome) {
  const bool accepted = outcome.kind() == sms::Outcome::Kind::Accepted;
  if (!accepted && !outcome.provider_id.empty()) std::abort();
  if (outcome.provider_id.size() > sms::kProviderIdBytesMax) std::abort();
  if (!std::ranges::all_of(outcome.provider_id, [](char c) { return c > ' ' && c <= 'z'; })) std::abort();
  if (outcome.provider_id.find("014874") != std::string::npos) std::abort();
  if (outcome.retry_after && (outcome.retry_after->count() < 0 || *outcome.retry_after > sms::kRetryAfterMax)) {
    std::abort();
  }
  if (outcome.provider_error < 0 || sms::reason(outcome).size() > 64) std::abort();
}

}  // namespace

// The first two bytes are the status, the next two the wait, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tweestap::platform::Secret;
  if (size < 4) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 4, std::min(size - 4, kAnswerBytesMax));
  const int status = data[0] * 256 + data[1];
  const std::chrono::seconds wait(static_cast<std::int64_t>(data[2]) * 256 - data[3]);
  const HttpAnswer answer{.status = status, .body = Secret::from_text(body), .retry_after = wait};
  sms::Message message;
  message.to = "+31612345678";
  message.code = Secret::from_text("014874");
  const sms::SuccessRule rule{{{200, 299}}, "messages.0.status", "0", "messages.0.id"};
  check(sms::judge_answer(answer, rule, message));
  check(sms::judge_answer(answer, {{{200, 299}}, "", "", "id"}, message));
  check(sms::judge_twilio_answer(answer, message));
  // Whatever is found lies in what was given, and only JSON has members.
  for (const auto* path : {"id", "sid", "messages.0.status", "a.b.c", "0"}) {
    const auto member = json_member(body, path);
    if (!member) continue;
    if (!is_json(body)) std::abort();
    if (member->text.data() < body.data() || member->text.data() + member->text.size() > body.data() + body.size()) {
      std::abort();
    }
  }
  return 0;
}
