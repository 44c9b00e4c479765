// A code on its way: what the log says of it before each try, and what it says afterwards (rule SMS-3).
#include "consumers/sms/code_errand.h"

#include "consumers/sms/sender.h"
#include "tests/consumers/sending_parts.h"

namespace tweestap::consumers {
namespace {

using domain::SmsCodeDelivered;
using domain::SmsCodeDeliveryFailed;
using domain::SmsCodeIssued;
using domain::SmsCodeResent;
using sms::Trouble;

class CodeOnItsWay : public SendingParts {
 protected:
  CodeOnItsWay() { enrol_alex(); }

  template <class E>
  std::unique_ptr<Errand> errand_of_last() {
    auto made = sms::code_errand(sending, record<E>());
    EXPECT_TRUE(made) << made.error().reason;
    return made ? std::move(*made) : nullptr;
  }
  // What the errand wants of a try at this moment.
  Prepared prepared(Errand& errand) {
    auto what = errand.prepare(store.now());
    EXPECT_TRUE(what) << what.error().reason;
    return what ? std::move(*what) : Prepared{NotWanted{}};
  }
  [[nodiscard]] bool goes_out(Errand& errand) { return std::holds_alternative<sms::Message>(prepared(errand)); }
  [[nodiscard]] bool is_dropped(Errand& errand) { return std::holds_alternative<NotWanted>(prepared(errand)); }

  static domain::LoginRef login() { return {tests::kLogin, domain::Listener::Public}; }
  std::unique_ptr<Sender> started() {
    auto sender = sms::start_sender(sending);
    EXPECT_TRUE(sender) << sender.error().reason;
    return sender ? std::move(*sender) : nullptr;
  }
  // The gateway takes a message, and the service ends before that is an event.
  void send_and_end_before_it_is_stored() {
    random.is_out = true;
    const auto sender = started();
    ASSERT_TRUE(eventually([&] { return random.refused > 0; }));
    sender->stop();
    random.is_out = false;
    ASSERT_EQ(gateway.asked().size(), 1U);
    ASSERT_TRUE(events<SmsCodeDelivered>().empty());
  }
};

TEST_F(CodeOnItsWay, SaysTheSameAtEveryTryAndForHowLong) {
  const std::uint64_t position = log_in();
  const auto errand = errand_of_last<SmsCodeIssued>();
  Prepared first = prepared(*errand);
  store.clock.advance(domain::minutes(3).us);
  Prepared second = prepared(*errand);
  ASSERT_TRUE(std::holds_alternative<sms::Message>(first));
  ASSERT_TRUE(std::holds_alternative<sms::Message>(second));
  const auto& message = std::get<sms::Message>(first);
  const auto& again = std::get<sms::Message>(second);
  EXPECT_EQ(message.to, kNumberOfAlex);
  EXPECT_EQ(message.reference, tests::kChallenge.text() + "-" + std::to_string(position));
  EXPECT_EQ(again.reference, message.reference);
  EXPECT_EQ(std::string{again.text.reveal_text()}, std::string{message.text.reveal_text()});
  EXPECT_NE(std::string{message.text.reveal_text()}.find(std::string{message.code->reveal_text()}), std::string::npos);
  EXPECT_EQ(errand->until, events<SmsCodeIssued>().at(0).expires_at);
}

TEST_F(CodeOnItsWay, GoesOutUntilTheCodeIsOver) {
  log_in();
  const auto errand = errand_of_last<SmsCodeIssued>();
  store.clock.advance(rules.sms_code_life.us - 1);
  EXPECT_TRUE(goes_out(*errand));
  store.clock.advance(1);
  EXPECT_TRUE(is_dropped(*errand));
}

TEST_F(CodeOnItsWay, IsDroppedOnceTheCodeWasUsed) {
  log_in();
  const auto errand = errand_of_last<SmsCodeIssued>();
  ASSERT_TRUE(goes_out(*errand));
  run(tests::kAccount, domain::SubmitCode{tests::kAccount, login(), tests::from(tests::kHome), tests::kSession,
                                          domain::SmsEvidence{tests::kChallenge, true}});
  EXPECT_TRUE(is_dropped(*errand));
}

TEST_F(CodeOnItsWay, IsDroppedOnceTheLoginWasGivenUp) {
  log_in();
  const auto errand = errand_of_last<SmsCodeIssued>();
  ASSERT_TRUE(goes_out(*errand));
  run(tests::kAccount, domain::AbandonLogin{tests::kAccount, login()});
  EXPECT_TRUE(is_dropped(*errand));
}

TEST_F(CodeOnItsWay, IsDroppedOnceStaffVoidedTheLogin) {
  log_in();
  const auto errand = errand_of_last<SmsCodeIssued>();
  ASSERT_TRUE(goes_out(*errand));
  domain::RequestReset reset;
  reset.account = tests::kAccount;
  reset.reset = domain::ResetId{tests::id_bytes<0x4E>()};
  reset.actor = domain::System{};
  reset.reason = "a lost phone";
  run(tests::kAccount, std::move(reset));
  EXPECT_TRUE(is_dropped(*errand));
}

TEST_F(CodeOnItsWay, IsGivenUpForTheSameCodeThatWasAskedForAgain) {
  log_in();
  const auto issued = errand_of_last<SmsCodeIssued>();
  ASSERT_TRUE(goes_out(*issued));
  resend();
  const auto resent = errand_of_last<SmsCodeResent>();
  const Prepared first = prepared(*issued);
  ASSERT_TRUE(std::holds_alternative<GivenUp>(first));
  EXPECT_EQ(std::get<GivenUp>(first).trouble, "superseded");
  EXPECT_TRUE(goes_out(*resent));
  resend();
  EXPECT_TRUE(std::holds_alternative<GivenUp>(prepared(*resent)));
  EXPECT_TRUE(goes_out(*errand_of_last<SmsCodeResent>()));
}

TEST_F(CodeOnItsWay, IsNotGivenUpForACodeOfAnotherLogin) {
  log_in();
  const auto errand = errand_of_last<SmsCodeIssued>();
  store.clock.advance(rules.sms_resend_after.us);
  log_in(tests::kAccount, tests::kOtherLogin, tests::kOtherChallenge);
  EXPECT_TRUE(goes_out(*errand));
  EXPECT_TRUE(goes_out(*errand_of_last<SmsCodeIssued>()));
}

// A gateway comes back, and each person gets one message, however often they asked meanwhile.
TEST_F(CodeOnItsWay, WhoAskedAgainDuringAnOutageGetsOneMessage) {
  gateway.objects(Trouble::NotReachable);
  const auto sender = started();
  const std::uint64_t first = log_in();
  ASSERT_TRUE(gateway.was_asked(1));
  std::uint64_t latest = 0;
  for (int times = 0; times < 3; ++times) latest = resend();
  ASSERT_TRUE(eventually([&] { return sender->position() >= latest; }));
  ASSERT_TRUE(advance_until([&] { return counted("failed") == 3; })) << "each is given up when it is due again";
  gateway.takes();
  ASSERT_TRUE(advance_until([&] { return counted("sent") == 1; }));
  ASSERT_TRUE(nothing_waits());
  EXPECT_EQ(gateway.asked().back().reference, tests::kChallenge.text() + "-" + std::to_string(latest));
  ASSERT_EQ(events<SmsCodeDelivered>().size(), 1U);
  EXPECT_EQ(events<SmsCodeDelivered>()[0].sending, latest);
  std::size_t superseded = 0;
  bool first_too = false;
  for (const auto& failed : events<SmsCodeDeliveryFailed>()) {
    if (failed.trouble != "superseded") continue;
    EXPECT_TRUE(failed.final_try);
    ++superseded;
    first_too = first_too || failed.sending == first;
  }
  EXPECT_EQ(superseded, 3U);
  EXPECT_TRUE(first_too);
}

TEST_F(CodeOnItsWay, SMS_3_IsSentOnceMoreWhereTheEndCameBeforeTheEventAndThenNeverAgain) {
  log_in();
  send_and_end_before_it_is_stored();
  for (int starts = 0; starts < 3; ++starts) {
    const auto sender = started();
    ASSERT_TRUE(eventually([&] { return counted("sent") == 1 && counted("dropped") == starts; }));
  }
  EXPECT_EQ(gateway.asked().size(), 2U) << "exactly once more";
  EXPECT_EQ(gateway.asked()[0].reference, gateway.asked()[1].reference) << "so that a provider can drop it";
  EXPECT_EQ(events<SmsCodeDelivered>().size(), 1U);
}

TEST_F(CodeOnItsWay, SMS_3_IsNotSentAgainWhereTheCodeIsOverAtTheNextStart) {
  log_in();
  send_and_end_before_it_is_stored();
  store.clock.advance(rules.sms_code_life.us);
  const auto sender = started();
  // A code of somebody else goes through all that follows.
  enrol(domain::AccountId{tests::id_bytes<0xA2>()}, "+31687654321");
  log_in(domain::AccountId{tests::id_bytes<0xA2>()}, tests::kOtherLogin, tests::kOtherChallenge);
  ASSERT_TRUE(eventually([&] { return counted("sent") == 1; }));
  ASSERT_TRUE(nothing_waits());
  const auto asked = gateway.asked();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[1].to, "+31687654321");
}

// A refusal for good is an end too.
TEST_F(CodeOnItsWay, SMS_3_WhatFailedForGoodIsNotTriedAgainAfterARestart) {
  gateway.objects(Trouble::Refused);
  log_in();
  {
    const auto sender = started();
    ASSERT_TRUE(eventually([&] { return counted("failed") == 1; }));
  }
  gateway.takes();
  const auto sender = started();
  ASSERT_TRUE(eventually([&] { return counted("dropped") == 1; }));
  EXPECT_EQ(gateway.asked().size(), 1U);
}

TEST_F(CodeOnItsWay, SMS_3_WhatFailedForNowIsTriedAgainAfterARestart) {
  gateway.objects(Trouble::NotReachable);
  log_in();
  {
    const auto sender = started();
    ASSERT_TRUE(eventually([&] { return counted("retried") == 1; }));
  }
  gateway.takes();
  const auto sender = started();
  ASSERT_TRUE(eventually([&] { return counted("sent") == 1; }));
  EXPECT_EQ(gateway.asked().size(), 2U);
}

}  // namespace
}  // namespace tweestap::consumers
