#include "projections/sms_sendings.h"

#include <gtest/gtest.h>

#include "tests/support/given.h"
#include "tests/support/memory_node.h"

namespace tweestap::tests {
namespace {

using namespace domain;

constexpr AccountId account_of(std::uint32_t n) {
  return AccountId{{0xA0, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}
constexpr LookupHash number_of(std::uint32_t n) {
  return LookupHash{{0x31, static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}
constexpr Pseudonym network_of(std::uint32_t n) {
  return Pseudonym{2026, 3, {static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)}};
}

SmsCodeIssued issued(LookupHash number, Pseudonym network) {
  SmsCodeIssued event;
  event.purpose = SmsPurpose::Login;
  event.number_hash = number;
  event.network = network;
  return event;
}

class People : public MemoryNode {
 public:
  using MemoryNode::MemoryNode;

  // An account whose codes go to that number; where `used`, a code of it counted just now.
  void enrol(std::uint32_t n, LookupHash number, bool used) {
    const Subject subject = Subject::of(account_of(n));
    happened(subject, registered());
    EnrolmentStarted started = enrolment_started(now);
    started.method = Method::Sms;
    started.totp_secret.reset();
    if (used) {
      happened(subject, std::move(started));
      happened(subject, EnrolmentPhoneChanged{kEnrolment, number, "NL", "+31612345678"});
      happened(subject, TwoStepEnabled{kEnrolment, Method::Sms, std::nullopt, std::nullopt, std::nullopt});
    } else {
      happened(subject, TwoStepImported{Method::Sms, std::nullopt, number, "NL", "+31612345678", std::nullopt});
    }
  }

  // Asks again for the code of the last login, half a minute later: when it may, empty where a message went out.
  std::optional<Time> held_back_until(std::uint32_t n, std::uint32_t network) {
    after(seconds(30));
    const LoginId login = state(account_of(n)).logins.back().id;
    const auto outcome = submit(ResendLoginCode{account_of(n),
                                                {login, Listener::Public},
                                                from(network_of(network)),
                                                NewChallenge{ChallengeId{login.bytes}, kSmsKey}});
    if (outcome->value) return std::nullopt;
    EXPECT_EQ(static_cast<int>(outcome->value.error().why), static_cast<int>(Refusal::Throttled));
    return outcome->value.error().until;
  }

  // Logs in with the right password: whether a message went out.
  bool log_in_from(std::uint32_t n, std::uint32_t network) {
    StartLogin command;
    command.account = account_of(n);
    command.identifier_hash = kHash;
    command.caller = from(network_of(network));
    command.login = LoginId{{static_cast<std::uint8_t>(++logins_ >> 16), static_cast<std::uint8_t>(logins_ >> 8),
                             static_cast<std::uint8_t>(logins_)}};
    command.session = SessionId{command.login.bytes};
    command.password = PasswordEvidence{state(account_of(n)).password.position, true, std::nullopt};
    command.challenge = NewChallenge{ChallengeId{command.login.bytes}, kSmsKey};
    const auto outcome = submit(std::move(command));
    return outcome->value && std::get<LoginPending>(*outcome->value).sms_sent == true;
  }

  [[nodiscard]] SmsCounts counts(std::uint32_t n, LookupHash number, const Caller& caller, const SmsBudgets& budgets) {
    BorrowedRows borrowed{rows};
    return projections::read_sms_counts(borrowed, account_of(n), number, caller, budgets, now).value();
  }
  [[nodiscard]] SmsCounts counts(std::uint32_t n, LookupHash number, std::uint32_t network,
                                 const SmsBudgets& budgets = {10, 10, 200, 1000}) {
    return counts(n, number, from(network_of(network)), budgets);
  }

 private:
  std::uint32_t logins_ = 0;
};

TEST(SmsSendings, AreCountedPerNumberAccountNetworkAndInTotalForAnHour) {
  People node;
  node.enrol(1, number_of(1), true);
  node.enrol(2, number_of(2), true);
  node.happened(Subject::of(account_of(1)), issued(number_of(1), network_of(7)));
  node.happened(Subject::of(account_of(1)), SmsCodeResent{kChallenge, 1, number_of(1), network_of(7)});
  node.happened(Subject::of(account_of(2)), issued(number_of(2), network_of(7)));
  const SmsCounts counts = node.counts(1, number_of(1), 7);
  EXPECT_EQ(counts.number.sent, 2U);
  EXPECT_EQ(counts.account.sent, 2U);
  EXPECT_EQ(counts.network.sent, 3U);
  EXPECT_EQ(counts.total.sent, 3U);
  EXPECT_EQ(node.counts(1, number_of(2), 8).network.sent, 0U);
  node.after(minutes(59));
  EXPECT_EQ(node.counts(1, number_of(1), 7).total.sent, 3U);
  node.after(minutes(1));
  EXPECT_EQ(node.counts(1, number_of(1), 7).total.sent, 0U);
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

// Counted by the minute: room again at the end of the sixtieth.
Time no_longer_counted(Time sent) { return Time{(sent.us / minutes(1).us + 60) * minutes(1).us}; }

TEST(SmsSendings, OfABudgetThatIsSpentTheyTellWhenTheMessageGoesThatMakesRoom) {
  People node;
  node.enrol(1, number_of(1), true);
  const Subject alex = Subject::of(account_of(1));
  const Time first = node.now;
  node.happened(alex, issued(number_of(1), network_of(7)));
  node.after(minutes(10));
  const Time second = node.now;
  for (int i = 0; i < 3; ++i) node.happened(alex, issued(number_of(1), network_of(7)));
  node.after(minutes(10));
  node.happened(alex, issued(number_of(2), network_of(8)));
  const SmsCounts counts = node.counts(1, number_of(1), 7, {4, 4, 3, 6});
  EXPECT_EQ(counts.number.room_by, no_longer_counted(first)) << "four of four";
  EXPECT_EQ(counts.account.room_by, no_longer_counted(second)) << "five of four: the second one has to go as well";
  EXPECT_EQ(counts.network.room_by, no_longer_counted(second)) << "four of three";
  EXPECT_EQ(counts.total.sent, 5U);
  EXPECT_EQ(counts.total.room_by, Time{}) << "five of six";
}

TEST(SmsSendings, AtTheTurnOfAMonthANetworkIsWhatBothPseudonymsSent) {
  People node;
  node.enrol(1, number_of(1), true);
  const Subject alex = Subject::of(account_of(1));
  Caller caller = from(network_of(7));
  caller.network_last_month = Pseudonym{2026, 2, {7}};
  const Time before = node.now;
  for (int i = 0; i < 2; ++i) node.happened(alex, issued(number_of(1), *caller.network_last_month));
  node.after(minutes(10));
  const Time since = node.now;
  for (int i = 0; i < 2; ++i) node.happened(alex, issued(number_of(1), *caller.network));
  const auto network = [&](std::uint32_t budget) {
    return node.counts(1, number_of(1), caller, {10, 10, budget, 10}).network;
  };
  EXPECT_EQ(network(5).sent, 4U);
  EXPECT_EQ(network(5).room_by, Time{});
  EXPECT_EQ(network(3).room_by, no_longer_counted(before));
  EXPECT_EQ(network(2).room_by, no_longer_counted(since));
}

TEST(SMS_2, WhoSpentTheNumberAtHomeHearsNothingOfWhatTheOfficeSent) {
  projections::DeciderSettings settings;
  settings.rules.sms_available = true;
  settings.rules.sms_budget_number = 2;
  People node{settings};
  node.enrol(1, number_of(1), true);
  node.enrol(2, number_of(2), true);
  const Time spent = node.now;
  EXPECT_TRUE(node.log_in_from(1, 7));
  EXPECT_TRUE(node.log_in_from(1, 7));
  node.after(minutes(50));
  EXPECT_TRUE(node.log_in_from(2, 9));
  node.after(minutes(5));
  EXPECT_FALSE(node.log_in_from(1, 9));
  EXPECT_EQ(node.held_back_until(1, 9), no_longer_counted(spent));
  node.now = Time{no_longer_counted(spent).us - seconds(30).us};
  EXPECT_EQ(node.held_back_until(1, 9), std::nullopt) << "and then there is room";
}

TEST(SMS_2, WhoHasNoReserveHearsWhenTheTotalIsBelowTheBudgetItself) {
  projections::DeciderSettings settings;
  settings.rules.sms_available = true;
  settings.rules.sms_budget_total = 4;
  People node{settings};
  node.enrol(1, number_of(1), false);
  for (std::uint32_t n = 2; n < 10; ++n) node.enrol(n, number_of(n), true);
  const Time first = node.now;
  EXPECT_TRUE(node.log_in_from(2, 2));
  node.after(minutes(10));
  const Time most = node.now;
  for (std::uint32_t n = 3; n < 8; ++n) EXPECT_TRUE(node.log_in_from(n, n));
  node.after(minutes(10));
  EXPECT_FALSE(node.log_in_from(1, 1));
  EXPECT_EQ(node.held_back_until(1, 1), no_longer_counted(most)) << "five of four are left when the first is gone";

  EXPECT_TRUE(node.log_in_from(8, 8));
  EXPECT_TRUE(node.log_in_from(9, 9));
  EXPECT_FALSE(node.log_in_from(2, 2)) << "the reserve is spent";
  EXPECT_EQ(node.held_back_until(2, 2), no_longer_counted(first)) << "seven of eight are left then";
  node.now = no_longer_counted(first);
  EXPECT_TRUE(node.log_in_from(2, 2));
  EXPECT_FALSE(node.log_in_from(1, 1));
  node.now = no_longer_counted(most);
  EXPECT_TRUE(node.log_in_from(1, 1));
}

// Somebody has the passwords of many accounts that moved here with numbers of theirs, and is paid by the message.
TEST(SMS_2, AnAttackStaysWithinTheBudgetsAndPeopleWithNumbersOfTheirOwnGetTheirCodes) {
  constexpr std::uint32_t kAttackers = 300;
  constexpr std::uint32_t kPeople = 50;
  projections::DeciderSettings settings;
  settings.rules.sms_available = true;
  settings.rules.sms_budget_total = 100;
  People node{settings};
  for (std::uint32_t n = 0; n < kAttackers; ++n) node.enrol(n, number_of(n % 150), false);
  for (std::uint32_t n = 0; n < kPeople; ++n) node.enrol(1000 + n, number_of(1000 + n), true);

  std::uint32_t pumped = 0;
  std::uint32_t served = 0;
  for (std::uint32_t minute = 0; minute < 55; ++minute) {
    for (std::uint32_t n = 0; n < kAttackers; ++n) {
      if (node.log_in_from(n, n)) ++pumped;  // each from a network of its own
    }
    if (minute < kPeople && node.log_in_from(1000 + minute, 5000 + minute)) ++served;
    node.after(minutes(1));
  }
  EXPECT_EQ(served, kPeople) << "each of them got a code, in the middle of it";
  EXPECT_LE(pumped, settings.rules.sms_budget_total);
  EXPECT_GT(pumped, 0U);
  EXPECT_LE(node.counts(1000, number_of(1000), 1).total.sent, 2 * settings.rules.sms_budget_total);
}

TEST(SMS_2, OneNetworkCannotSpendEverybodysBudget) {
  projections::DeciderSettings settings;
  settings.rules.sms_available = true;
  settings.rules.sms_budget_network = 20;
  People node{settings};
  for (std::uint32_t n = 0; n < 200; ++n) node.enrol(n, number_of(n), false);
  node.enrol(1000, number_of(1000), false);
  std::uint32_t pumped = 0;
  for (std::uint32_t n = 0; n < 200; ++n) pumped += node.log_in_from(n, 7) ? 1U : 0U;
  EXPECT_EQ(pumped, 20U);
  EXPECT_TRUE(node.log_in_from(1000, 8)) << "whoever comes from elsewhere is not held back";
}

}  // namespace
}  // namespace tweestap::tests
