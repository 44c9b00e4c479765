// The small views: directory, policy, API keys, audit reads; and the list.
#include <gtest/gtest.h>

#include <set>

#include "projections/api_keys.h"
#include "projections/audit_reads.h"
#include "projections/policy.h"
#include "projections/resets.h"
#include "tests/support/given.h"
#include "tests/support/memory_node.h"

namespace tweestap::tests {
namespace {

using namespace domain;
using projections::ApiKeyRow;

const ApiKeyId kKey{id_bytes<0xAB>()};
const TokenId kKeyToken{id_bytes<0x7B>()};

TEST(Views, HaveFixedNumbersAndNamesOfTheirOwn) {
  const projections::Views views;
  std::vector<std::pair<int, std::string_view>> list;
  for (const eventstore::InlineView* view : views.all()) list.emplace_back(view->number(), view->name());
  EXPECT_EQ(list, (std::vector<std::pair<int, std::string_view>>{{1, "accounts"},
                                                                 {2, "directory"},
                                                                 {3, "tokens"},
                                                                 {4, "limits"},
                                                                 {5, "api_keys"},
                                                                 {6, "policy"},
                                                                 {7, "audit_reads"},
                                                                 {8, "sms_sendings"},
                                                                 {9, "resets"}}));
  EXPECT_EQ(views.find("limits"), views.all()[3]);
  EXPECT_EQ(views.find("nothing"), nullptr);
}

TEST(Directory, FindsTheAccountOfAnIdentifier) {
  MemoryNode node;
  EXPECT_FALSE(node.moment().find(kHash)->has_value());
  node.happened(Subject::of(kAccount), registered());
  EXPECT_EQ(*node.moment().find(kHash), kAccount);
  EXPECT_FALSE(node.moment().find(LookupHash{{1}})->has_value());
}

TEST(Policy, IsThatOfTheFirstStartUntilItIsChanged) {
  MemoryNode node;
  EXPECT_EQ(node.moment().policy()->version, 0U);
  EXPECT_EQ(node.moment().policy()->sms_countries, std::vector<std::string>{"NL"});
  SetPolicy change;
  change.actor = System{};
  change.mandatory_from = std::optional{kStart + days(30)};
  ASSERT_TRUE(node.submit(std::move(change))->value.has_value());
  EXPECT_EQ(node.moment().policy()->mandatory_from, kStart + days(30));
  EXPECT_EQ(node.moment().policy()->version, 1U);
}

// The decider reads the policy once and not at every command; a change counts from the next command on.
TEST(Policy, AChangeCountsForTheNextCommand) {
  MemoryNode node;
  node.happened(Subject::of(kAccount), registered());
  ASSERT_TRUE(std::holds_alternative<LoginDone>(*node.submit(log_in(right_password()))->value));
  SetPolicy change;
  change.actor = System{};
  change.mandatory_from = std::optional{kStart};
  ASSERT_TRUE(node.submit(std::move(change))->value.has_value());
  StartLogin again = log_in(right_password());
  again.session = kOtherSession;
  ASSERT_TRUE(std::holds_alternative<LoginPending>(*node.submit(std::move(again))->value));
}

TEST(ApiKeys, IsFoundByItsKeyAndListed) {
  MemoryNode node;
  CreateApiKey creation{System{}, kKey, kKeyToken, KeyRole::Auditor, "siem", kStart + days(1)};
  ASSERT_TRUE(node.submit(creation)->value.has_value());
  const ApiKeyRow row{kKey, kKeyToken, KeyRole::Auditor, "siem", node.now, kStart + days(1), std::nullopt};
  EXPECT_EQ(*node.moment().api_key_of(kKeyToken), row);
  EXPECT_EQ(*node.moment().api_key(kKey), row);
  EXPECT_EQ(*node.moment().api_keys(), std::vector{row});
  EXPECT_FALSE(row.is_over(kStart + days(1) - Duration{1}));
  EXPECT_TRUE(row.is_over(kStart + days(1)));
  EXPECT_FALSE(node.moment().api_key_of(kFreshToken)->has_value());
}

TEST(ApiKeys, ARevokedOneIsKnownForADayAndNoLongerCounted) {
  MemoryNode node;
  node.submit(CreateApiKey{System{}, kKey, kKeyToken, KeyRole::Admin, "first", std::nullopt});
  EXPECT_EQ(*projections::read_api_key_count(node.rows), 1U);
  ASSERT_TRUE(node.submit(RevokeApiKey{System{}, kKey})->value.has_value());
  EXPECT_EQ(*projections::read_api_key_count(node.rows), 0U);
  EXPECT_TRUE((*node.moment().api_key_of(kKeyToken))->is_over(node.now));
  EXPECT_EQ(node.submit(RevokeApiKey{System{}, kKey})->value.error().why, Refusal::NotFound);
  node.after(hours(26));
  node.submit(RecordServiceStart{"1", 0});
  EXPECT_FALSE(node.moment().api_key_of(kKeyToken)->has_value());
  EXPECT_TRUE(node.moment().api_keys()->empty());
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

TEST(ApiKeys, AreNoMoreThanTheirBound) {
  MemoryNode node;
  const auto create = [&](std::uint16_t n) {
    const IdBytes bytes{static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n), 1};
    return node.submit(
        CreateApiKey{System{}, ApiKeyId{bytes}, TokenId{bytes}, KeyRole::Stream, "one of many", std::nullopt});
  };
  for (std::uint16_t n = 0; n < kApiKeysMax; ++n) ASSERT_TRUE(create(n)->value.has_value());
  EXPECT_EQ(create(5000)->value.error().why, Refusal::TooManyKeys);
  EXPECT_EQ(node.moment().api_keys()->size(), kApiKeysMax);
}

TEST(AuditReads, TellsOfALookOnceAMinuteForEachReaderAndAccount) {
  MemoryNode node;
  const auto look = [&](Actor reader, std::optional<AccountId> account, std::optional<LookupHash> hash) {
    node.submit(RecordAuditRead{reader, ReadBy::Account, account, hash});
    return node.last_events.size();
  };
  const Actor helpdesk{AccountId{{7}}};
  EXPECT_EQ(look(helpdesk, kAccount, std::nullopt), 1U);
  node.after(Duration{seconds(60).us - 1});
  EXPECT_EQ(look(helpdesk, kAccount, std::nullopt), 0U);
  EXPECT_EQ(look(ApiKeyId{{7}}, kAccount, std::nullopt), 1U);
  EXPECT_EQ(look(helpdesk, std::nullopt, LookupHash{kAccount.bytes}), 1U);
  node.after(Duration{1});
  EXPECT_EQ(look(helpdesk, kAccount, std::nullopt), 1U);
  EXPECT_EQ(*node.moment().audit_read(helpdesk, kAccount), node.now);
  node.after(hours(26));
  node.submit(RecordServiceStart{"1", 0});
  EXPECT_FALSE(node.moment().audit_read(helpdesk, kAccount)->has_value());
}

TEST(ApiKeys, RememberForEverWhoseHandTheyAre) {
  MemoryNode node;
  const AccountId admin{id_bytes<0xAD>()};
  const ApiKeyId second{id_bytes<0xAC>()};
  node.submit(CreateApiKey{admin, kKey, kKeyToken, KeyRole::Admin, "first", std::nullopt});
  node.submit(CreateApiKey{kKey, second, kFreshToken, KeyRole::Admin, "made by the first", std::nullopt});
  node.submit(RevokeApiKey{admin, kKey});
  node.submit(RevokeApiKey{admin, second});
  node.after(hours(26));
  node.submit(RecordServiceStart{"1", 0});
  EXPECT_FALSE(node.moment().api_key(second)->has_value());
  EXPECT_EQ(*projections::read_api_key_owner(node.rows, kKey), Actor{admin});
  EXPECT_EQ(*projections::read_api_key_owner(node.rows, second), Actor{admin});
  EXPECT_FALSE(projections::read_api_key_owner(node.rows, ApiKeyId{{1}})->has_value());
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

TEST(Resets, WaitUntilTheyAreDecidedAndAreKnownForEver) {
  MemoryNode node;
  const Subject subject = Subject::of(kAccount);
  const AccountId other{id_bytes<0xA2>()};
  const Actor anna = AccountId{id_bytes<0xB1>()};
  const auto reset = [](std::uint8_t n) { return ResetId{{n, 1}}; };
  const auto ask = [&](const AccountId& account, std::uint8_t n, std::optional<Time> until) {
    node.happened(Subject::of(account), ResetRequested{reset(n), until, "lost"}, anna);
  };
  node.happened(subject, registered());
  node.happened(Subject::of(other), registered());
  const auto waiting = [&] {
    std::vector<ResetId> ids;
    const auto resets = node.moment().waiting_resets(node.now);
    for (const auto& one : *resets) ids.push_back(one.reset);
    return ids;
  };
  ask(kAccount, 9, node.now + hours(24));
  const projections::WaitingReset first{reset(9), kAccount, node.position(), anna, node.now, node.now + hours(24)};
  EXPECT_EQ(*node.moment().waiting_resets(node.now), std::vector{first});
  node.after(seconds(1));
  ask(other, 1, node.now + hours(24));
  EXPECT_EQ(waiting(), (std::vector{reset(9), reset(1)})) << "who asked first is in front";
  node.happened(subject, ResetDenied{reset(9), std::nullopt});
  EXPECT_EQ(waiting(), std::vector{reset(1)});
  ask(kAccount, 2, node.now + hours(24));
  node.happened(subject, ResetCancelled{reset(2), EndReason::SecondStepPassed});
  ask(kAccount, 3, node.now + hours(24));
  node.happened(subject, TwoStepReset{reset(3), node.now + hours(72)});
  ask(kAccount, 4, std::nullopt);
  EXPECT_EQ(waiting(), std::vector{reset(1)});
  node.after(hours(24));
  EXPECT_TRUE(waiting().empty());
  node.after(hours(25));
  node.happened(kService, ServiceStarted{"1", 0});
  EXPECT_EQ(node.rows.count(projections::kResetsView, 'w'), 0U) << "swept";
  for (const std::uint8_t n : std::initializer_list<std::uint8_t>{9, 2, 3, 4})
    EXPECT_EQ(*node.moment().reset_account(reset(n)), kAccount);
  EXPECT_EQ(*node.moment().reset_account(reset(1)), other);
  EXPECT_FALSE(node.moment().reset_account(reset(8))->has_value());
  EXPECT_EQ(node.rows.map, node.rebuilt());
}

}  // namespace
}  // namespace tweestap::tests
