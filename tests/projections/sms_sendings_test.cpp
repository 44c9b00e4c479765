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

  [[nodiscard]] SmsCounts counts(std::uint32_t n, LookupHash number, std::uint32_t network) {
    BorrowedRows borrowed{rows};
    return projections::read_sms_counts(borrowed, account_of(n), number, from(network_of(network)), now).value();
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
  EXPECT_EQ(counts.number, 2U);
  EXPECT_EQ(counts.account, 2U);
  EXPECT_EQ(counts.network, 3U);
  EXPECT_EQ(counts.total, 3U);
  // Counted by the minute: room again at the end of the sixtieth.
  EXPECT_GT(counts.room_by, node.now + minutes(59));
  EXPECT_LE(counts.room_by, node.now + minutes(60));
  EXPECT_EQ(node.counts(1, number_of(2), 8).network, 0U);
  node.after(minutes(59));
  EXPECT_EQ(node.counts(1, number_of(1), 7).total, 3U);
  node.after(minutes(1));
  EXPECT_EQ(node.counts(1, number_of(1), 7).total, 0U);
  EXPECT_EQ(node.rows.map, node.rebuilt());
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
  EXPECT_LE(node.counts(1000, number_of(1000), 1).total, 2 * settings.rules.sms_budget_total);
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
