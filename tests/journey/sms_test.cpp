// Codes and notices by SMS with the real program: from the log to the gateway and back.
#include <gtest/gtest.h>

#include "tests/journey/sms_journey.h"
#include "tests/support/files.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

TEST_F(SmsJourney, APersonEnrolsAndLogsInWithCodesThatArrive) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  const std::string first = code_of_message(1);
  EXPECT_NE(messages().front().at("text").get<std::string>().find(first), std::string::npos);
  enable(alex, enrolment, first);
  const std::string token = alex.begin_login(service_->people());
  const HttpAnswer done =
      call(service_->people(), "POST", "/v1/logins/current/code", token, json{{"code", code_of_message(2)}});
  ASSERT_EQ(done.status, 200) << done.body;
  ASSERT_EQ(service_->stop(), 0);
  EXPECT_EQ(events({"sms_code.delivered"}).size(), 2U);
}

TEST_F(SmsJourney, SMS_3_ARestartAndARebuildSendNothing) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  enable(alex, enrolment, code_of_message(1));
  // A notice too: a new set of recovery codes is news.
  const HttpAnswer made =
      call(service_->people(), "POST", "/v1/account/recovery-codes", alex.session, json{{"password", alex.password}});
  ASSERT_EQ(made.status, 201) << made.body;
  ASSERT_TRUE(eventually([&] { return messages().size() == 2; })) << messages();
  const std::string login = alex.begin_login(service_->people());
  const std::string code = code_of_message(3);
  ASSERT_TRUE(eventually([&] { return !events({"notice.sent"}).empty(); }));
  ASSERT_EQ(service_->stop(), 0);
  ASSERT_EQ(events({"sms_code.delivered"}).size(), 2U);
  ASSERT_EQ(events({"notice.sent"}).size(), 1U);
  ASSERT_EQ(run_process({program().string(), "projections", "rebuild", "--data", data()}).status, 0);
  start();  // looks at everything younger than a code or a notice lives: the last code still counts, and was delivered
  ASSERT_TRUE(eventually([&] { return figure("messages_total", "code", "dropped") == 2; })) << figures();
  // The notice, and the first set, which is none.
  ASSERT_TRUE(eventually([&] { return figure("messages_total", "notice", "dropped") == 2; })) << figures();
  EXPECT_EQ(messages().size(), 3U);
  EXPECT_EQ(events({"notice.sent", "notice.failed"}).size(), 1U);
  EXPECT_EQ(call(service_->people(), "POST", "/v1/logins/current/code", login, json{{"code", code}}).status, 200);
}

TEST_F(SmsJourney, LOG_1_NoCodeOrNumberIsAnywhereButInTheGatewaysFile) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  const std::string code = code_of_message(1);
  enable(alex, enrolment, code);
  const std::string shown = figures();
  const std::string log = service_->log();
  ASSERT_EQ(service_->stop(), 0);
  const auto expect_none = [&](const std::string& where, const std::string& text) {
    EXPECT_EQ(text.find(" " + code), std::string::npos) << where;
    EXPECT_EQ(text.find('"' + code), std::string::npos) << where;
    EXPECT_EQ(text.find("31612345678"), std::string::npos) << where;
    EXPECT_EQ(text.find("612345678"), std::string::npos) << where;
  };
  expect_none("metrics", shown);
  expect_none("log", log);
  bool gateways_file = false;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{data()}) {
    if (!entry.is_regular_file()) continue;
    const std::string text = file_text(entry.path());
    if (entry.path().filename() == "sms.ndjson") {
      gateways_file = text.find(kNumber) != std::string::npos && text.find('"' + code) != std::string::npos;
    } else {
      expect_none(entry.path().string(), text);
    }
  }
  EXPECT_TRUE(gateways_file) << "the scan finds what is there";
}

TEST_F(SmsJourney, ANoticeGoesToTheNumberThatTheAccountHad) {
  start();
  Person alex;
  const json enrolment = begin_enrolment(alex);
  enable(alex, enrolment, code_of_message(1));
  const HttpAnswer off =
      call(service_->people(), "DELETE", "/v1/account/two-step", alex.session, json{{"password", alex.password}});
  ASSERT_EQ(off.status, 204) << off.body;
  ASSERT_TRUE(eventually([&] { return messages().size() == 2; })) << messages();
  EXPECT_NE(messages().front().at("text").get<std::string>().find("two-step verification is now off"), std::string::npos);
  EXPECT_FALSE(messages().front().contains("code"));
  ASSERT_TRUE(eventually([&] { return !events({"notice.sent"}).empty(); }));
  const auto disabled = events({"two_step.disabled"});
  const auto sent = events({"notice.sent"});
  ASSERT_EQ(sent.size(), 1U) << "the first recovery codes are no news";
  EXPECT_EQ(sent.front().at("data").at("about"), disabled.front().at("position"));
}

}  // namespace
}  // namespace tweestap::tests
