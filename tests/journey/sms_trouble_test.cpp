// Codes by SMS with the real program, whatever the gateway does and whenever the program is killed.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/journey/set_clock.h"
#include "tests/journey/sms_journey.h"

namespace tweestap::tests {
namespace {

using nlohmann::json;

class SmsTrouble : public SmsJourney, public ::testing::WithParamInterface<Provider::Mood> {};

TEST_P(SmsTrouble, HoldsUpNoLoginAndTheCodeArrivesOnceItIsOver) {
  Provider provider;
  provider.be(GetParam());
  start(provider.environment());
  Person alex;
  const json enrolment = begin_enrolment(alex);
  ASSERT_TRUE(eventually([&] { return !provider.asked().empty(); }));
  Person other;
  other.identifier = "helpdesk@example.org";
  for (int i = 0; i < 5; ++i) {
    const HttpAnswer login = other.log_in(service_->people());
    EXPECT_EQ(login.status, 201) << login.body;
  }
  EXPECT_NE(figures().find("tweestap_messages_waiting{kind=\"code\"} 1"), std::string::npos) << figures();
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivery_failed"}).empty(); }));
  provider.be(Provider::Mood::Takes);
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
  const auto failures = events({"sms_code.delivery_failed"});
  ASSERT_FALSE(failures.empty());
  EXPECT_FALSE(failures.front().at("data").at("final").get<bool>());
  enable(alex, enrolment, provider.last_code());
  EXPECT_EQ(provider.asked().size(), 1U) << "every try has the same reference";
}
INSTANTIATE_TEST_SUITE_P(Providers, SmsTrouble,
                         ::testing::Values(Provider::Mood::Hangs, Provider::Mood::TooMany, Provider::Mood::Nonsense));

// The provider has the first messages and answers nothing until the test says so, longer than the test takes: whoever
// waited for it would not get through.
TEST_F(SmsJourney, NobodyWaitsForAProviderThatHoldsItsAnswer) {
  constexpr int kSenders = 2;
  constexpr int kLogins = 6 * kSenders;
  Provider provider;
  auto environment = provider.environment();
  environment["TWEESTAP_SMS_TIMEOUT"] = "60s";
  environment["TWEESTAP_SMS_IN_FLIGHT"] = std::to_string(kSenders);
  environment["TWEESTAP_SMS_RESEND_AFTER"] = "10s";
  start(environment);
  Person alex;
  const json enrolment = begin_enrolment(alex);
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
  enable(alex, enrolment, provider.last_code());
  provider.be(Provider::Mood::Hangs);

  std::string login;
  for (int i = 0; i < kLogins; ++i) {
    login = alex.begin_login(service_->people());  // asks for a code each time
    ASSERT_FALSE(login.empty());
    Person other;
    other.identifier = "helpdesk@example.org";
    EXPECT_EQ(other.log_in(service_->people()).status, 201);
  }
  ASSERT_TRUE(eventually([&] { return provider.held() == kSenders; })) << "every sender is held";
  const auto again = [&] { return call(service_->people(), "POST", "/v1/logins/current/sms", login).status; };
  EXPECT_TRUE(eventually([&] { return again() == 202; })) << "sent again as soon as it may be";
  ASSERT_EQ(alex.recovery_codes.size(), 6U);
  EXPECT_EQ(provider.held(), kSenders) << "the same two, all the time";
  const HttpAnswer in = call(service_->people(), "POST", "/v1/logins/current/recovery-code", login,
                             json{{"recovery_code", alex.recovery_codes.front()}});
  EXPECT_EQ(in.status, 200) << in.body;

  EXPECT_EQ(events({"sms_code.issued"}).size(), 1U + kLogins);
  EXPECT_EQ(events({"sms_code.resent"}).size(), 1U);
  EXPECT_EQ(events({"sms_code.delivered", "sms_code.delivery_failed"}).size(), 1U) << "no try has come to an end";
}

// Whoever looks for why the first gateway takes nothing finds it in the log, although everybody got their code.
TEST_F(SmsJourney, WhatTheSecondGatewayTookTheFirstHadRefused) {
  Provider first;
  first.be(Provider::Mood::Refuses);
  Provider second;
  auto environment = first.environment();
  environment["TWEESTAP_SMS_SECOND_GATEWAY"] = "http";
  environment["TWEESTAP_SMS_SECOND_URL"] = second.url();
  start(environment);
  Person alex;
  const json enrolment = begin_enrolment(alex);
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
  const auto told = events({"sms_code.delivery_failed", "sms_code.delivered"});
  ASSERT_EQ(told.size(), 2U);
  const json& refused = told[0].at("data");
  EXPECT_EQ(refused.at("gateway"), "http");
  EXPECT_EQ(refused.at("trouble"), "refused, status 400");
  EXPECT_EQ(refused.at("final"), false);
  const json& taken = told[1].at("data");
  EXPECT_EQ(taken.at("gateway"), "second_http");
  EXPECT_EQ(taken.at("sending"), refused.at("sending"));
  EXPECT_NE(figures().find(R"(tweestap_messages_total{kind="code",result="retried"} 1)"), std::string::npos);
  EXPECT_NE(service_->log().find("messages.not_taken"), std::string::npos);
  enable(alex, enrolment, second.last_code());
}

TEST_F(SmsJourney, AKillLosesNoCodeAndSendsNoneAgainThatWasDelivered) {
  constexpr int kKills = 3;
  Provider provider;
  start(provider.environment());
  Person alex;
  const json enrolment = begin_enrolment(alex);
  ASSERT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
  enable(alex, enrolment, provider.last_code());
  for (int kill = 0; kill < kKills; ++kill) {
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(alex.begin_login(service_->people()).empty());
    service_->kill();  // while the last of them are on their way
    const auto sent_before = provider.asked();
    std::set<std::string> delivered;
    for (const json& event : events({"sms_code.delivered"})) {
      delivered.insert(event.at("data").at("challenge").get<std::string>() + "-" +
                       std::to_string(event.at("data").at("sending").get<std::uint64_t>()));
    }
    start(provider.environment());
    const auto issued = events({"sms_code.issued"}).size();
    ASSERT_TRUE(eventually([&] { return events({"sms_code.delivered"}).size() == issued; })) << "one was lost";
    for (const auto& [reference, times] : provider.asked()) {
      const auto before = sent_before.find(reference);
      const int times_before = before == sent_before.end() ? 0 : before->second;
      EXPECT_LE(times, times_before + 1) << "more than once again";
      if (delivered.contains(reference)) {
        EXPECT_EQ(times, times_before) << "sent again though it was delivered";
      }
    }
  }
  for (const auto& [reference, times] : provider.asked()) EXPECT_LE(times, 2) << reference;
}

// A message that the provider has, and that no event tells of: killed exactly in between.
class KilledInBetween : public SmsJourney {
 protected:
  // Leaves the provider ready to take messages again, and gives the reference of the message.
  std::string kill_while_a_message_is_held() {
    auto environment = provider_.environment();
    environment["TWEESTAP_SMS_TIMEOUT"] = "60s";
    start(environment);
    const json enrolment = begin_enrolment(alex_);
    EXPECT_TRUE(eventually([&] { return !events({"sms_code.delivered"}).empty(); }));
    enable(alex_, enrolment, provider_.last_code());
    const auto before = provider_.asked();
    provider_.be(Provider::Mood::Hangs);
    EXPECT_FALSE(alex_.begin_login(service_->people()).empty());
    EXPECT_TRUE(eventually([&] { return provider_.held() == 1; }));
    service_->kill();
    provider_.be(Provider::Mood::Takes);
    std::string reference;
    for (const auto& [one, times] : provider_.asked()) {
      if (!before.contains(one)) reference = one;
    }
    EXPECT_FALSE(reference.empty());
    EXPECT_EQ(asked(reference), 1);
    EXPECT_EQ(events({"sms_code.issued"}).size(), 2U);
    EXPECT_EQ(events({"sms_code.delivered", "sms_code.delivery_failed"}).size(), 1U) << "nothing tells of it";
    return reference;
  }
  [[nodiscard]] int asked(const std::string& reference) const {
    const auto all = provider_.asked();
    const auto found = all.find(reference);
    return found == all.end() ? 0 : found->second;
  }

  Provider provider_;
  Person alex_;
};

TEST_F(KilledInBetween, SMS_3_ItIsSentExactlyOnceMore) {
  const std::string reference = kill_while_a_message_is_held();
  start(provider_.environment());
  ASSERT_TRUE(eventually([&] { return events({"sms_code.delivered"}).size() == 2; })) << "one was lost";
  EXPECT_EQ(asked(reference), 2);
  ASSERT_EQ(service_->stop(), 0);
  start(provider_.environment());
  ASSERT_TRUE(eventually([&] { return figure("messages_total", "code", "dropped") == 2; })) << figures();
  EXPECT_EQ(asked(reference), 2) << "and then never again";
}

TEST_F(KilledInBetween, SMS_3_ItIsNotSentAgainOnceItsCodeIsOver) {
  const std::string reference = kill_while_a_message_is_held();
  const auto clock_file = folder_.path() / "clock";
  std::ofstream{clock_file} << "+" << 10 * 60 + 1 << "\n";
  auto environment = provider_.environment();
  environment.merge(clock_set_by(clock_file));
  start(environment);
  // A later code goes the same way behind it.
  EXPECT_FALSE(alex_.begin_login(service_->people()).empty());
  ASSERT_TRUE(eventually([&] { return events({"sms_code.delivered"}).size() == 2; }));
  EXPECT_EQ(asked(reference), 1);
}

}  // namespace
}  // namespace tweestap::tests
