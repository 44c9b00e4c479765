#include "projections/decide.h"

#include "tests/support/given.h"
#include "tests/support/memory_node.h"

namespace tweestap::tests {
namespace {

using namespace domain;

StartLogin nobody(std::optional<PasswordEvidence> password = wrong_password(), std::uint8_t who = 0x33) {
  StartLogin command = log_in(std::move(password));
  command.account.reset();
  command.identifier_hash = LookupHash{{who}};
  if (command.password) command.password->verifier_position = 0;
  return command;
}

std::vector<std::string> names(const MemoryNode& node) {
  std::vector<std::string> out;
  for (const Event* event : node.last_events) out.emplace_back(info_of(*event).name);
  return out;
}

using Names = std::vector<std::string>;

void fail(MemoryNode& node, int times, const Caller& caller, bool known = true) {
  for (int i = 0; i < times; ++i) {
    StartLogin command = known ? log_in(wrong_password()) : nobody();
    command.caller = caller;
    ASSERT_EQ(node.submit(std::move(command))->value.error().why, Refusal::CredentialsRejected) << i;
  }
}

TEST(DomainDecider, DecidesAgainstTheAccountsRow) {
  MemoryNode node;
  node.happened(kAlex, registered());
  const auto outcome = node.submit(log_in(right_password()));
  ASSERT_TRUE(outcome->value.has_value());
  EXPECT_EQ(names(node), Names{"login.completed"});
  EXPECT_EQ(node.state(kAccount).sessions.size(), 1U);
}

TEST(DomainDecider, ACommandOfAnAccountThatIsNotIsRefusedWithoutAnEvent) {
  MemoryNode node;
  EXPECT_EQ(node.submit(DisableAccount{kAccount, System{}, "gone"})->value.error().why, Refusal::NotFound);
  EXPECT_EQ(node.submit(TouchSession{kAccount, session_ref()})->value.error().why, Refusal::TokenOver);
  EXPECT_EQ(node.position(), 0U);
}

TEST(DomainDecider, AnIdentifierHasOneAccount) {
  MemoryNode node;
  RegisterAccount registration;
  registration.account = kAccount;
  registration.actor = System{};
  registration.identifier_hash = kHash;
  registration.identifier = "alex@example.org";
  registration.language = "nl";
  ASSERT_TRUE(node.submit(std::move(registration))->value.has_value());
  RegisterAccount again;
  again.account = AccountId{{1}};
  again.actor = System{};
  again.identifier_hash = kHash;
  again.identifier = "alex@example.org";
  again.language = "nl";
  EXPECT_EQ(node.submit(std::move(again))->value.error().why, Refusal::IdentifierTaken);
}

// What was computed for nobody is not about an account that was registered while it was computed.
TEST(SES_4, ALoginOfNobodyIsStaleOnceSomebodyHasTheIdentifier) {
  MemoryNode node;
  node.happened(kAlex, registered());
  StartLogin command = nobody();
  command.identifier_hash = kHash;
  EXPECT_EQ(node.submit(std::move(command))->value.error().why, Refusal::Stale);
  EXPECT_EQ(names(node), Names{});
}

TEST(THR_2, DelaysGrowFromTheFifthFailureFromOneNetworkToFifteenMinutes) {
  for (const bool known : {true, false}) {
    MemoryNode node;
    node.happened(kAlex, registered());
    fail(node, 5, from(kHome), known);
    for (const std::int64_t wait : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
      const auto attempt = [&] { return node.submit(known ? log_in(wrong_password()) : nobody()); };
      const auto held = attempt();
      ASSERT_FALSE(held->value.has_value());
      ASSERT_EQ(held->value.error().why, Refusal::Throttled) << wait;
      EXPECT_EQ(held->value.error().until, node.now + seconds(wait));
      node.after(Duration{seconds(wait).us - 1});
      EXPECT_EQ(attempt()->value.error().why, Refusal::Throttled);
      node.after(Duration{1});
      EXPECT_EQ(attempt()->value.error().why, Refusal::CredentialsRejected);
    }
    EXPECT_EQ(node.rows.map, node.rebuilt());
  }
}

TEST(THR_2, TheRightPasswordWaitsToo) {
  MemoryNode node;
  node.happened(kAlex, registered());
  fail(node, 5, from(kHome));
  EXPECT_EQ(node.submit(log_in(right_password()))->value.error().why, Refusal::Throttled);
  node.after(seconds(1));
  EXPECT_TRUE(node.submit(log_in(right_password()))->value.has_value());
  // And cleared the count: five more tries are free.
  fail(node, 5, from(kHome));
}

TEST(THR_2, OneIdentifierFromEverywhereWaitsFromTheHundredthFailureButNotWhereItsOwnerLogsIn) {
  MemoryNode node;
  node.happened(kAlex, registered());
  LoginCompleted own = session_opened({Amr::Password}, kSession, node.now);
  own.network = kHome;
  node.happened(kAlex, own);
  for (std::uint8_t n = 0; n < 25; ++n) fail(node, 4, from(Pseudonym{2026, 3, {9, n}}));
  StartLogin elsewhere = log_in(wrong_password());
  elsewhere.caller = from(kElsewhere);
  EXPECT_EQ(node.submit(std::move(elsewhere))->value.error().why, Refusal::Throttled);
  StartLogin home = log_in(right_password());
  home.session = kOtherSession;
  EXPECT_TRUE(node.submit(std::move(home))->value.has_value());
}

TEST(THR_2, ANetworkThatFailedFiftyTimesIsLookedAtOnceASecond) {
  MemoryNode node;
  for (std::uint8_t n = 0; n < 50; ++n) {
    ASSERT_EQ(node.submit(nobody(wrong_password(), n))->value.error().why, Refusal::CredentialsRejected);
  }
  EXPECT_EQ(node.submit(nobody(wrong_password(), 99))->value.error().why, Refusal::Throttled);
  node.after(seconds(1));
  EXPECT_EQ(node.submit(nobody(wrong_password(), 99))->value.error().why, Refusal::CredentialsRejected);
  EXPECT_EQ(node.submit(nobody(wrong_password(), 98))->value.error().why, Refusal::Throttled);
}

TEST(THR_6, AnIntervalHasOneEventWhichTellsOfTheTriesOfTheOneBefore) {
  for (const bool known : {true, false}) {
    MemoryNode node;
    node.happened(kAlex, registered());
    fail(node, 5, from(kHome), known);
    const auto attempt = [&] { return node.submit(known ? log_in(wrong_password()) : nobody()); };
    const auto told = [&]() -> std::optional<std::uint64_t> {
      if (node.last_events.empty()) return std::nullopt;
      return std::get<LoginRefused>(*node.last_events.front()).suppressed;
    };
    EXPECT_FALSE(attempt()->suppressed);
    EXPECT_EQ(told(), 0U);
    for (int i = 0; i < 7; ++i) {
      EXPECT_TRUE(attempt()->suppressed);
      EXPECT_EQ(names(node), Names{});
    }
    node.after(seconds(1));
    EXPECT_EQ(attempt()->value.error().why, Refusal::CredentialsRejected);  // the sixth failure
    EXPECT_FALSE(attempt()->suppressed);
    EXPECT_EQ(told(), 7U);
    EXPECT_TRUE(attempt()->suppressed);
    EXPECT_EQ(node.rows.map, node.rebuilt());
  }
}

TEST(THR_6, VisitorEventsHaveABoundAMinuteBeyondWhichOnlyCountersMove) {
  projections::DeciderSettings settings;
  settings.visitor_events_per_minute = 10;
  MemoryNode node{settings};
  for (std::uint8_t n = 0; n < 30; ++n) {
    const auto outcome = node.submit(nobody(wrong_password(), n));
    EXPECT_EQ(outcome->value.error().why, Refusal::CredentialsRejected);  // the same answer
  }
  EXPECT_EQ(node.position(), 10U);
  EXPECT_EQ(node.unstored->unstored(), 20U);
  // They count all the same: of the network, 50 in all.
  for (std::uint8_t n = 30; n < 50; ++n) node.submit(nobody(wrong_password(), n));
  const auto held = node.submit(nobody(wrong_password(), 60));
  EXPECT_EQ(held->value.error().why, Refusal::Throttled);
  EXPECT_EQ(node.position(), 10U);
  // Known identifiers from that network feel it too.
  node.happened(kAlex, registered());
  EXPECT_EQ(node.submit(log_in(wrong_password()))->value.error().why, Refusal::Throttled);
  EXPECT_EQ(names(node), Names{"login.refused"});  // an account's stream has no such bound
  node.after(minutes(1));
  node.submit(nobody(wrong_password(), 61));
  EXPECT_EQ(names(node), Names{"login.password_rejected"});
}

TEST(THR_6, AnUnstoredFailureSlowsItsIdentifierDown) {
  projections::DeciderSettings settings;
  settings.visitor_events_per_minute = 2;
  MemoryNode node{settings};
  fail(node, 5, from(kHome), false);
  EXPECT_EQ(node.submit(nobody())->value.error().why, Refusal::Throttled);
  // Calling threads see the same before they spend a hash.
  const Caller caller = from(kHome);
  const auto counts = node.moment().throttle_counts({LookupHash{{0x33}}, std::nullopt, nullptr, caller}, *node.unstored,
                                                    Rules{}, node.now);
  EXPECT_EQ(counts->here.failures, 5U);
  EXPECT_TRUE(throttled_until(*counts, Rules{}, node.now).has_value());
}

TEST(THR_2, WhatACallingThreadSeesIsWhatIsDecided) {
  MemoryNode node;
  node.happened(kAlex, registered());
  fail(node, 5, from(kHome));
  const AccountState state = node.state(kAccount);
  const Caller caller = from(kHome);
  const auto counts =
      node.moment().throttle_counts({kHash, kAccount, &state, caller}, *node.unstored, Rules{}, node.now);
  const auto until = throttled_until(*counts, Rules{}, node.now);
  EXPECT_EQ(node.submit(log_in(std::nullopt))->value.error().until, until);
  node.after(seconds(1));
  EXPECT_FALSE(throttled_until(*counts, Rules{}, node.now).has_value());
}

TEST(THR_4, AWrongPasswordOnASessionsRouteCountsToo) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.happened(kAlex, session_opened({Amr::Password}, kSession, node.now));
  for (int i = 0; i < 5; ++i) {
    const auto outcome =
        node.submit(ChangePassword{kAccount, session_ref(), from(kHome), kFreshToken, wrong_password(), std::nullopt});
    EXPECT_EQ(outcome->value.error().why, Refusal::CredentialsRejected);
  }
  EXPECT_EQ(node.submit(log_in(right_password()))->value.error().why, Refusal::Throttled);
  EXPECT_EQ(node.submit(ChangePassword{kAccount, session_ref(), from(kHome), kFreshToken, right_password(),
                                       NewVerifier{SecretText{"new"}, 1}})
                ->value.error()
                .why,
            Refusal::Throttled);
}

// A row that does not decode: nothing that was decided without it counts.
TEST(DUR_5, ADamagedRowIsToldToWhoeverAskedForADecision) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.rows.put(projections::kAccountsView, "a" + std::string(16, '\xA1'), "damage");
  static_cast<void>(
      node.decider.decide(node.rows, node.now, projections::AccountCommand{kCommand, log_in(right_password())}));
  ASSERT_TRUE(node.rows.failure().has_value());
  EXPECT_EQ(node.rows.failure()->kind, platform::Failure::Kind::Damaged);
  EXPECT_NE(node.rows.failure()->reason.find("projections rebuild accounts"), std::string::npos);
}

TEST(DUR_5, EveryFlippedByteOfARowIsFoundByAComparison) {
  MemoryNode node;
  node.happened(kAlex, registered());
  node.submit(log_in(wrong_password()));
  node.submit(log_in(right_password()));
  const MemoryRows::Map rebuilt = node.rebuilt();
  ASSERT_EQ(node.rows.map, rebuilt);
  std::size_t flips = 0;
  for (auto& [key, value] : node.rows.map) {
    for (char& byte : value) {
      byte = static_cast<char>(byte ^ 0x10);
      EXPECT_NE(node.rows.map, rebuilt);
      byte = static_cast<char>(byte ^ 0x10);
      ++flips;
    }
  }
  EXPECT_GT(flips, 100U);
}

}  // namespace
}  // namespace tweestap::tests
