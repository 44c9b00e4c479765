// History, state at a moment, and the audit: queries over an account's stream.
#include <gtest/gtest.h>

#include "eventstore/envelope.h"
#include "eventstore/key_ring.h"
#include "projections/queries/audit.h"
#include "projections/queries/history.h"
#include "projections/queries/state_at.h"
#include "tests/support/account_store.h"
#include "tests/support/given.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using namespace domain;

/// Alex, who logged in `logins` times a minute apart, with other people's events in between.
class Alex {
 public:
  explicit Alex(std::uint8_t logins) : store(folder_.path() / "data") {
    RegisterAccount registration;
    registration.account = kAccount;
    registration.actor = System{};
    registration.identifier_hash = kHash;
    registration.identifier = "alex@example.org";
    registration.language = "nl";
    registration.verifier = NewVerifier{SecretText{"verifier"}, 1};
    store.submit(std::move(registration), Subject::of(kAccount));
    for (std::uint8_t n = 0; n < logins; ++n) {
      store.clock.advance(minutes(1).us);
      store.submit(RecordServiceStart{"1", n}, kService);
      StartLogin login = log_in(right_password());
      login.session = SessionId{{0x51, n}};
      login.caller.address = "192.0.2.7";
      store.submit(std::move(login), Subject::of(kAccount));
    }
  }
  // Positions: 1 registered; then 2 service, 3 login, 4 service, 5 login, …
 private:
  TemporaryFolder folder_;

 public:
  AccountStore store;
};

std::vector<std::uint64_t> positions(const projections::HistoryPage& page) {
  std::vector<std::uint64_t> out;
  for (const auto& event : page.events) out.push_back(event.position);
  return out;
}
std::vector<std::uint64_t> positions(const projections::AuditPage& page) {
  std::vector<std::uint64_t> out;
  for (const auto& event : page.events) out.push_back(event.position);
  return out;
}
using Positions = std::vector<std::uint64_t>;

TEST(History, GoesBackPageByPage) {
  Alex alex{4};
  const auto& log = alex.store.log();
  const auto first = projections::history(log, kAccount, 0, 2, nullptr);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(positions(*first), (Positions{9, 7}));
  ASSERT_EQ(first->before, 7U);
  const auto second = projections::history(log, kAccount, *first->before, 2, nullptr);
  EXPECT_EQ(positions(*second), (Positions{5, 3}));
  const auto third = projections::history(log, kAccount, *second->before, 2, nullptr);
  EXPECT_EQ(positions(*third), Positions{1});
  EXPECT_FALSE(third->before.has_value());
  EXPECT_TRUE(projections::history(log, kAccount, 1, 2, nullptr)->events.empty());
  EXPECT_EQ(positions(*projections::history(log, kAccount, 6, 100, nullptr)), (Positions{5, 3, 1}));
  EXPECT_TRUE(projections::history(log, AccountId{{1}}, 0, 100, nullptr)->events.empty());
}

TEST(History, TellsOfPersonalMembersAndKeepsThemClosedUnlessAsked) {
  Alex alex{1};
  const auto page = projections::history(alex.store.log(), kAccount, 0, 10, nullptr);
  ASSERT_TRUE(page.has_value());
  ASSERT_EQ(page->events.size(), 2U);
  const auto& login = page->events.front();
  EXPECT_EQ(login.personal, projections::Personal::Closed);
  EXPECT_FALSE(std::get<LoginCompleted>(login.event).address.has_value());
  EXPECT_EQ(login.version, 2U);
  EXPECT_EQ(login.actor, Actor{kAccount});
}

TEST(History, OpensPersonalMembersWithTheRing) {
  TemporaryFolder folder;
  platform::SystemRandom random;
  auto ring = eventstore::KeyRing::create(folder.path() / "keys",
                                          platform::Secret::from_text("0123456789abcdef0123456789abcdef"), random);
  ASSERT_TRUE(ring.has_value()) << ring.error().reason;
  auto keys = (*ring)->create_subject_keys(Subject::of(kAccount));
  ASSERT_TRUE(keys.has_value());
  AccountStore store{folder.path() / "data"};
  store.keys = std::make_shared<eventstore::SubjectKeys>(std::move(keys->keys));
  RegisterAccount registration;
  registration.account = kAccount;
  registration.actor = System{};
  registration.identifier_hash = kHash;
  registration.identifier = "alex@example.org";
  registration.language = "nl";
  registration.verifier = NewVerifier{SecretText{"a verifier"}, 1};
  store.submit(std::move(registration), Subject::of(kAccount));
  const auto page = projections::history(store.log(), kAccount, 0, 10, ring->get());
  ASSERT_TRUE(page.has_value()) << page.error().reason;
  const auto& registered_event = std::get<AccountRegistered>(page->events.front().event);
  EXPECT_EQ(page->events.front().personal, projections::Personal::Opened);
  EXPECT_EQ(registered_event.identifier, "alex@example.org");
  EXPECT_FALSE(registered_event.verifier.has_value());  // secrets stay closed
}

TEST(StateAt, IsTheFoldUpToAPositionOrATime) {
  Alex alex{3};
  const auto& log = alex.store.log();
  const auto sessions_at = [&](projections::Until until) {
    const auto at = projections::state_at(log, kAccount, until);
    EXPECT_TRUE(at.has_value());
    return std::pair{at->position, at->state.sessions.size()};
  };
  const auto time_of = [&](std::uint64_t position) {
    return eventstore::scan_head((*log.at(position))->envelope)->time;
  };
  using At = std::pair<std::uint64_t, std::size_t>;
  EXPECT_EQ(sessions_at(std::uint64_t{0}), (At{0, 0}));
  EXPECT_EQ(sessions_at(std::uint64_t{1}), (At{1, 0}));
  EXPECT_EQ(sessions_at(std::uint64_t{2}), (At{2, 0}));
  EXPECT_EQ(sessions_at(std::uint64_t{3}), (At{3, 1}));
  EXPECT_EQ(sessions_at(std::uint64_t{999}), (At{7, 3}));
  EXPECT_EQ(sessions_at(time_of(5)), (At{5, 2}));
  EXPECT_EQ(sessions_at(Time{time_of(1).us - 1}), (At{0, 0}));
  // The service's event and the login a minute later were stored at the same time, the login before them a minute ago.
  EXPECT_EQ(sessions_at(Time{time_of(5).us - 1}), (At{3, 1}));
  EXPECT_EQ(sessions_at(Time{time_of(7).us + days(1).us}), (At{7, 3}));
  EXPECT_FALSE(projections::state_at(log, AccountId{{1}}, std::uint64_t{9})->state.exists());
}

TEST(StateAt, IsJudgedAtThatTimeOrAtThatPositionsEvent) {
  Alex alex{3};
  const auto& log = alex.store.log();
  const auto time_of = [&](std::uint64_t position) {
    return eventstore::scan_head((*log.at(position))->envelope)->time;
  };
  const auto judged_at = [&](projections::Until until) {
    return projections::state_at(log, kAccount, until)->judged_at;
  };
  EXPECT_EQ(judged_at(Time{time_of(5).us + 7}), Time{time_of(5).us + 7});
  EXPECT_EQ(judged_at(Time{time_of(7).us + days(9).us}), Time{time_of(7).us + days(9).us});
  for (std::uint64_t position = 1; position <= 7; ++position) {
    EXPECT_EQ(judged_at(position), time_of(position)) << position << ", whosever event that is";
  }
  EXPECT_EQ(judged_at(std::uint64_t{999}), time_of(7));
}

TEST(StateAt, HasThePolicyOfThatMoment) {
  Alex alex{1};
  SetPolicy policy;
  policy.actor = System{};
  policy.mandatory_from.emplace(kStart + days(30));
  alex.store.submit(std::move(policy), kPolicy);
  const std::uint64_t changed = alex.store.log().head().position;
  const auto at = [&](std::uint64_t position) { return projections::state_at(alex.store.log(), kAccount, position); };
  EXPECT_FALSE(at(changed - 1)->policy.mandatory_from.has_value());
  EXPECT_EQ(at(changed)->policy.mandatory_from, kStart + days(30));
}

TEST(StateAt, ReadsATimeOrAPosition) {
  EXPECT_EQ(projections::parse_until("17"), projections::Until{std::uint64_t{17}});
  EXPECT_EQ(projections::parse_until("2026-03-15T08:30:00+01:00"), projections::parse_until("2026-03-15T07:30:00Z"));
  for (const std::string_view neither :
       {"", "0", "-1", "+1", "1x", " 1", "1 ", "yesterday", "2026-03-15", "18446744073709551616"}) {
    EXPECT_FALSE(projections::parse_until(neither).has_value()) << neither;
  }
}

TEST(Audit, GivesTheStoredBytesOfAWindowOldestFirst) {
  Alex alex{3};
  const auto& log = alex.store.log();
  const auto all = projections::audit(log, kAccount, {}, 100);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(positions(*all), (Positions{1, 3, 5, 7}));
  EXPECT_EQ(all->scanned_to, 7U);
  EXPECT_EQ(all->events.front().envelope, (*log.at(1))->envelope);
  EXPECT_EQ(positions(*projections::audit(log, kAccount, {.after = 3}, 1)), Positions{5});
  EXPECT_EQ(projections::audit(log, kAccount, {.after = 3}, 1)->scanned_to, 5U);
  EXPECT_EQ(positions(*projections::audit(log, kAccount, {.type = "login.completed"}, 2)), (Positions{3, 5}));
  const Time third = eventstore::scan_head((*log.at(3))->envelope)->time;
  EXPECT_EQ(positions(*projections::audit(log, kAccount, {.from = third}, 100)), (Positions{3, 5, 7}));
  EXPECT_EQ(positions(*projections::audit(log, kAccount, {.to = third}, 100)), (Positions{1, 3}));
  EXPECT_EQ(positions(*projections::audit(log, kAccount, {.from = Time{third.us + 1}, .to = third}, 100)), Positions{});
}

// A filter that finds nothing still tells how far it has looked.
TEST(Audit, LooksAtTheHeadWhereNothingMatches) {
  Alex alex{2};
  const auto page = projections::audit(alex.store.log(), kAccount, {.type = "account.erased"}, 100);
  EXPECT_TRUE(page->events.empty());
  EXPECT_EQ(page->scanned_to, alex.store.log().head().position);
}

}  // namespace
}  // namespace tweestap::tests
