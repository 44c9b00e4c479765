// A notice on its way: to the number that the account had, each an event, and sent as little twice as a code is.
#include "consumers/notices/notice_errand.h"

#include "consumers/notices/sender.h"
#include "projections/sms_sendings.h"
#include "tests/consumers/sending_parts.h"

namespace tweestap::consumers {
namespace {

using domain::NoticeFailed;
using domain::NoticeSent;
using domain::ResetRequested;
using domain::TwoStepMethodChanged;
using domain::TwoStepReset;
using sms::Trouble;

constexpr const char* kNewNumber = "+31687654321";

class NoticeOnItsWay : public SendingParts {
 protected:
  NoticeOnItsWay() { enrol_alex(); }

  // Staff take Alex's two-step away: something was asked for, and done.
  void reset() {
    domain::RequestReset command;
    command.account = tests::kAccount;
    command.reset = domain::ResetId{tests::id_bytes<0x4E>()};
    command.actor = domain::System{};
    command.reason = "a lost phone";
    run(tests::kAccount, std::move(command));
  }
  // Alex logs in with a code and sets another number.
  void change_number() {
    log_in();
    const domain::SessionRef session = tests::session_ref();
    run(tests::kAccount, domain::SubmitCode{tests::kAccount,
                                            {tests::kLogin, domain::Listener::Public},
                                            tests::from(tests::kHome),
                                            tests::kSession,
                                            domain::SmsEvidence{tests::kChallenge, true}});
    store.clock.advance(rules.sms_resend_after.us);
    domain::StartEnrolment start;
    start.account = tests::kAccount;
    start.by = session;
    start.caller = tests::from(tests::kHome);
    start.enrolment = tests::kEnrolment;
    start.method = domain::Method::Sms;
    start.password = domain::PasswordEvidence{store.state(tests::kAccount).password.position, true, {}};
    start.phone = domain::NewPhone{kNewNumber, tests::kOtherNumber, "NL"};
    start.challenge = domain::NewChallenge{tests::kOtherChallenge, tests::kSmsKey};
    run(tests::kAccount, std::move(start));
    domain::SubmitEnrolmentCode submit;
    submit.account = tests::kAccount;
    submit.by = session;
    submit.caller = tests::from(tests::kHome);
    submit.enrolment = tests::kEnrolment;
    submit.fresh_token = tests::kFreshToken;
    submit.code = domain::SmsEvidence{tests::kOtherChallenge, true};
    submit.set = domain::NewRecoverySet{domain::SecretText{"verifiers"}, 1};
    run(tests::kAccount, std::move(submit));
  }
  std::unique_ptr<Sender> started() {
    auto sender = notices::start_notices(sending);
    EXPECT_TRUE(sender) << sender.error().reason;
    return sender ? std::move(*sender) : nullptr;
  }
  [[nodiscard]] double notices_counted(const std::string& result) const { return counted(result, "notice"); }
};

TEST_F(NoticeOnItsWay, ANumberThatTookTheOldOnesPlaceIsToldToTheOldOne) {
  change_number();
  const auto changed = record<TwoStepMethodChanged>();
  auto errand = notices::notice_errand(sending, changed);
  ASSERT_TRUE(errand) << errand.error().reason;
  ASSERT_TRUE(*errand != nullptr);
  const auto prepared = (*errand)->prepare(store.now());
  ASSERT_TRUE(prepared) << prepared.error().reason;
  ASSERT_TRUE(std::holds_alternative<sms::Message>(*prepared));
  EXPECT_EQ(std::get<sms::Message>(*prepared).to, kNumberOfAlex);
  EXPECT_EQ(store.state(tests::kAccount).two_step->phone->number_hash, tests::kOtherNumber) << "and it is another now";
}

TEST_F(NoticeOnItsWay, IsTriedAgainUnderTheSameReferenceAndOnlyItsEndIsAnEvent) {
  gateway.objects(Trouble::GatewayFault);
  reset();
  const auto sender = started();
  ASSERT_TRUE(eventually([&] { return notices_counted("retried") == 2; }));
  EXPECT_TRUE(events<NoticeFailed>().empty());
  gateway.takes();
  ASSERT_TRUE(advance_until([&] { return notices_counted("sent") == 2; }));
  std::map<std::string, int> tries;
  for (const auto& one : gateway.asked()) ++tries[one.reference];
  EXPECT_EQ(tries.size(), 2U) << "one of each message";
  const auto sent = events<NoticeSent>();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(std::min(sent[0].about, sent[1].about), last<ResetRequested>());
  EXPECT_EQ(std::max(sent[0].about, sent[1].about), last<TwoStepReset>());
  EXPECT_EQ(sent[0].gateway, "mock");
  EXPECT_TRUE(events<NoticeFailed>().empty());
}

TEST_F(NoticeOnItsWay, ARefusalIsItsEndAndAnEvent) {
  gateway.objects(Trouble::Refused);
  reset();
  {
    const auto sender = started();
    ASSERT_TRUE(eventually([&] { return notices_counted("failed") == 2; }));
  }
  const auto failed = events<NoticeFailed>();
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].trouble, "refused");
  EXPECT_EQ(failed[0].gateway, "mock");
  gateway.takes();
  const auto again = started();
  ASSERT_TRUE(eventually([&] { return notices_counted("dropped") == 2; }));
  EXPECT_EQ(gateway.asked().size(), 2U) << "nothing that came to an end is tried again after a restart";
  EXPECT_TRUE(events<NoticeSent>().empty());
}

TEST_F(NoticeOnItsWay, SMS_3_WhatWasSentIsNotSentAgainByARestart) {
  reset();
  for (int starts = 0; starts < 3; ++starts) {
    const auto sender = started();
    ASSERT_TRUE(eventually([&] { return notices_counted("sent") == 2 && notices_counted("dropped") == 2 * starts; }));
  }
  EXPECT_EQ(gateway.asked().size(), 2U);
  EXPECT_EQ(events<NoticeSent>().size(), 2U);
}

// An answer takes 15 s at most, and an hour later a notice only frightens.
TEST_F(NoticeOnItsWay, IsSentAsLongAsItsAnswerComesWithinTheHour) {
  reset();
  store.clock.advance(notices::kNoticeLife.us - domain::seconds(15).us - 1);
  const auto sender = started();
  ASSERT_TRUE(eventually([&] { return notices_counted("sent") == 2; }));
}

TEST_F(NoticeOnItsWay, IsAFailureWhereItsAnswerCouldComeAfterTheHour) {
  reset();
  store.clock.advance(notices::kNoticeLife.us - domain::seconds(15).us);
  const auto sender = started();
  ASSERT_TRUE(eventually([&] { return notices_counted("failed") == 2; }));
  EXPECT_TRUE(gateway.asked().empty());
  const auto failed = events<NoticeFailed>();
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].trouble, "too_late");
}

// Messages that nobody can ask for are no way to pump messages, and a spent budget must not hide a theft.
TEST_F(NoticeOnItsWay, IsOutsideTheBudgetsOfCodes) {
  for (std::uint32_t n = 0; n < rules.sms_budget_number; ++n) {
    store.clock.advance(rules.sms_resend_after.us);
    const auto of_its_own = static_cast<std::uint8_t>(n + 1);
    log_in(tests::kAccount, domain::LoginId{{0x11, of_its_own}}, domain::ChallengeId{{0xCA, of_its_own}});
  }
  const std::size_t issued = events<domain::SmsCodeIssued>().size();
  EXPECT_EQ(issued, rules.sms_budget_number);
  store.clock.advance(rules.sms_resend_after.us);
  log_in(tests::kAccount, domain::LoginId{{0x11, 0xFF}}, domain::ChallengeId{{0xCA, 0xFF}});
  ASSERT_EQ(events<domain::SmsCodeIssued>().size(), issued) << "the budget is spent";
  ASSERT_EQ(events<domain::SmsCodeRefused>().size(), 1U);
  reset();
  const auto sender = started();
  ASSERT_TRUE(eventually([&] { return notices_counted("sent") == 2; }));
  EXPECT_EQ(events<NoticeSent>().size(), 2U);
}

TEST_F(NoticeOnItsWay, SpendsNothingOfTheBudgetsOfCodes) {
  reset();
  const auto sender = started();
  ASSERT_TRUE(eventually([&] { return notices_counted("sent") == 2; }));
  const auto counts = projections::read_sms_counts(*store.partition().reader().rows(), tests::kAccount,
                                                   domain::LookupHash{tests::kAccount.bytes}, tests::from(tests::kHome),
                                                   domain::SmsBudgets{}, store.now());
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->number.sent, 0U);
  EXPECT_EQ(counts->account.sent, 0U);
  EXPECT_EQ(counts->total.sent, 0U);
}

}  // namespace
}  // namespace tweestap::consumers
