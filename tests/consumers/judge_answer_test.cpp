#include "consumers/sms/judge_answer.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "tests/consumers/sms_parts.h"

namespace tweestap::consumers::sms {
namespace {

using std::chrono::seconds;
using Kind = Outcome::Kind;

HttpAnswer answer(int status, std::string_view body = "", std::optional<seconds> retry_after = {}) {
  return {.status = status, .body = platform::Secret::from_text(body), .retry_after = retry_after};
}

SuccessRule rule(std::string member = "", std::string value = "") {
  return {.statuses = {{200, 299}}, .member = std::move(member), .value = std::move(value), .id_member = "id"};
}

Outcome judged(const HttpAnswer& given, const SuccessRule& by = rule()) { return judge_answer(given, by, message()); }

TEST(Outcome, EveryTroubleHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kTroubles; ++i) names.insert(trouble_name(static_cast<Trouble>(i)));
  EXPECT_EQ(names.size(), kTroubles);
}

TEST(JudgeAnswer, AStatusSaysWhetherToTryAgain) {
  const std::pair<int, Trouble> kTable[] = {
      {200, Trouble::None},         {299, Trouble::None},         {199, Trouble::BadAnswer},
      {100, Trouble::BadAnswer},    {300, Trouble::Redirected},   {307, Trouble::Redirected},
      {399, Trouble::Redirected},   {400, Trouble::Refused},      {401, Trouble::OurAccount},
      {402, Trouble::OurAccount},   {403, Trouble::OurAccount},   {404, Trouble::OurAccount},
      {405, Trouble::OurAccount},   {406, Trouble::Refused},      {407, Trouble::OurAccount},
      {408, Trouble::GatewayFault}, {409, Trouble::Refused},      {410, Trouble::OurAccount},
      {422, Trouble::Refused},      {425, Trouble::GatewayFault}, {429, Trouble::TooMany},
      {499, Trouble::Refused},      {500, Trouble::GatewayFault}, {503, Trouble::GatewayFault},
      {599, Trouble::GatewayFault}, {600, Trouble::BadAnswer},    {999, Trouble::BadAnswer}};
  for (const auto& [status, trouble] : kTable) {
    EXPECT_EQ(judged(answer(status)).trouble, trouble) << status;
    EXPECT_EQ(judged(answer(status)).status, status);
  }
  EXPECT_EQ(judged(answer(200)).kind(), Kind::Accepted);
  EXPECT_EQ(judged(answer(400)).kind(), Kind::Refused);
  for (const int status : {199, 302, 401, 404, 408, 429, 500}) {
    EXPECT_EQ(judged(answer(status)).kind(), Kind::Later) << status;
  }
}

TEST(JudgeAnswer, SuccessIsWhatTheRuleSays) {
  const SuccessRule only{.statuses = *parse_statuses({"201", "204-206"}), .member = "", .value = "", .id_member = ""};
  for (const int status : {201, 204, 205, 206}) EXPECT_EQ(judged(answer(status), only).kind(), Kind::Accepted);
  for (const int status : {200, 202, 203, 207}) EXPECT_EQ(judged(answer(status), only).trouble, Trouble::BadAnswer);
  const SuccessRule odd{.statuses = *parse_statuses({"409"}), .member = "", .value = "", .id_member = ""};
  EXPECT_EQ(judged(answer(409), odd).kind(), Kind::Accepted);
}

TEST(JudgeAnswer, StatusesHaveThreeDigitsInOrder) {
  for (const auto* good : {"100", "999", "200-299", "200-200"}) EXPECT_TRUE(parse_statuses({good})) << good;
  for (const auto* bad : {"", "20", "2000", "099", "2xx", "200-", "-200", "299-200", "200-299-300", "200 ", "+20"}) {
    EXPECT_FALSE(parse_statuses({bad})) << bad;
  }
  EXPECT_FALSE(parse_statuses({}));
}

TEST(JudgeAnswer, AMemberMayHaveToEqualSomething) {
  const auto by = rule("messages.0.status", "0");
  EXPECT_EQ(judged(answer(200, R"({"messages":[{"status":"0"}]})"), by).kind(), Kind::Accepted);
  EXPECT_EQ(judged(answer(200, R"({"messages":[{"status":0}]})"), by).kind(), Kind::Accepted);
  EXPECT_EQ(judged(answer(200, R"({"messages":[{"status":"4"}]})"), by).trouble, Trouble::NotAccepted);
  EXPECT_EQ(judged(answer(200, R"({"messages":[]})"), by).trouble, Trouble::BadAnswer);
  for (const auto* nonsense : {"", "OK", "<html></html>", "{\"messages\":[{\"status\":\"0\"}]"}) {
    EXPECT_EQ(judged(answer(200, nonsense), by).trouble, Trouble::BadAnswer) << nonsense;
  }
  EXPECT_EQ(judged(answer(500, R"({"messages":[{"status":"0"}]})"), by).trouble, Trouble::GatewayFault);
}

TEST(JudgeAnswer, RetryAfterHasABoundAndGoesWithLaterOnly) {
  EXPECT_EQ(judged(answer(429, "", seconds(7))).retry_after, seconds(7));
  EXPECT_EQ(judged(answer(503, "", seconds(3600))).retry_after, kRetryAfterMax);
  EXPECT_EQ(judged(answer(503, "", seconds(3601))).retry_after, kRetryAfterMax);
  EXPECT_EQ(judged(answer(429, "", seconds(-5))).retry_after, seconds(0));
  EXPECT_EQ(judged(answer(429)).retry_after, std::nullopt);
  EXPECT_EQ(judged(answer(400, "", seconds(7))).retry_after, std::nullopt);
  EXPECT_EQ(judged(answer(200, "", seconds(7))).retry_after, std::nullopt);
}

TEST(JudgeAnswer, TheProvidersIdIsShortAndPlain) {
  const auto id = [](const std::string& json) { return judged(answer(200, json)).provider_id; };
  EXPECT_EQ(id(R"({"id":"a1B.2_c:3-d"})"), "a1B.2_c:3-d");
  EXPECT_EQ(id(R"({"id":42})"), "42");
  EXPECT_EQ(id(R"({"id":")" + std::string(kProviderIdBytesMax, 'x') + R"("})"), std::string(kProviderIdBytesMax, 'x'));
  EXPECT_EQ(id(R"({"id":")" + std::string(kProviderIdBytesMax + 1, 'x') + R"("})"), "");
  for (const auto* none : {"", "OK", "{}", R"({"id":null})", R"({"id":true})", R"({"id":["a"]})", R"({"id":"a b"})",
                           R"({"id":"a\nb"})", R"({"id":"<b>"})"}) {
    EXPECT_EQ(id(none), "") << none;
  }
}

TEST(LOG_1, AProvidersIdThatHoldsTheNumberOrTheCodeIsLeftOut) {
  const auto id = [](const std::string& text) {
    return judged(answer(200, R"({"id":")" + text + R"("})")).provider_id;
  };
  for (const auto* telling : {"31612345678", "0612345678", "x-2345678", "m-014874", "014874"}) {
    EXPECT_EQ(id(telling), "") << telling;
  }
  EXPECT_EQ(id("m-01487"), "m-01487");
}

TEST(JudgeTwilioAnswer, CreatedWithASidIsAccepted) {
  const auto outcome = judge_twilio_answer(answer(201, R"({"sid":"SM00ff","status":"queued"})"), message());
  EXPECT_EQ(outcome.kind(), Kind::Accepted);
  EXPECT_EQ(outcome.provider_id, "SM00ff");
  EXPECT_EQ(judge_twilio_answer(answer(201, "{}"), message()).trouble, Trouble::BadAnswer);
  EXPECT_EQ(judge_twilio_answer(answer(201, "created"), message()).trouble, Trouble::BadAnswer);
  EXPECT_EQ(judge_twilio_answer(answer(200, R"({"sid":"SM00ff"})"), message()).trouble, Trouble::BadAnswer);
}

TEST(JudgeTwilioAnswer, AnErrorsNumberSaysWhoseTroubleItIs) {
  const auto judge = [](int status, const std::string& code) {
    return judge_twilio_answer(answer(status, R"({"code":)" + code + R"(,"message":"The 'To' number +31612345678"})"),
                               message());
  };
  EXPECT_EQ(judge(400, "21211").trouble, Trouble::BadNumber);
  EXPECT_EQ(judge(400, "21211").kind(), Kind::Refused);
  EXPECT_EQ(judge(400, "21211").provider_error, 21211);
  EXPECT_EQ(reason(judge(400, "21211")), "bad_number, status 400, error 21211");
  EXPECT_EQ(judge(400, "21614").trouble, Trouble::BadNumber);
  EXPECT_EQ(judge(400, "21606").trouble, Trouble::OurAccount);
  EXPECT_EQ(judge(400, "21408").trouble, Trouble::OurAccount);
  EXPECT_EQ(judge(401, "20003").trouble, Trouble::OurAccount);
  EXPECT_EQ(judge(429, "20429").trouble, Trouble::TooMany);
  EXPECT_EQ(judge(400, "20429").trouble, Trouble::TooMany);
  EXPECT_EQ(judge(400, "99999").trouble, Trouble::Refused);
  EXPECT_EQ(judge(500, "21211").trouble, Trouble::GatewayFault) << "a fault says nothing about the number";
  for (const auto* odd : {"\"21211\"", "212110000000", "-1", "2.5", "null"}) {
    EXPECT_EQ(judge(400, odd).provider_error, 0) << odd;
    EXPECT_EQ(judge(400, odd).trouble, Trouble::Refused) << odd;
  }
}

}  // namespace
}  // namespace tweestap::consumers::sms
