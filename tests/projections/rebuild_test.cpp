// Rows against a real store: live and rebuilt ones are the same, damage is found and repaired from the events.
#include "projections/rebuild.h"

#include <gtest/gtest.h>

#include "eventstore/keys.h"
#include "eventstore/store_opening.h"
#include "tests/support/account_store.h"
#include "tests/support/random_commands.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::tests {
namespace {

using namespace domain;
using projections::AccountTotals;

void play(AccountStore& store, std::uint64_t seed, std::size_t commands) {
  for (std::uint64_t draw = seed; draw < seed + commands; ++draw) {
    RandomCommands random{draw};
    const AccountId account = RandomCommands::account(random.below(RandomCommands::kAccounts));
    const Time now = store.now();
    store.submit(random.next(account, store.state(account), now), Subject::of(account));
    store.clock.advance(random.pause().us);
  }
}

void register_all(AccountStore& store) {
  for (std::uint8_t n = 0; n < RandomCommands::kAccounts; ++n) {
    store.submit(RandomCommands::registration(n), Subject::of(RandomCommands::account(n)));
  }
}

// Writes a row behind the views' back, or takes it away where `value` is empty.
void overwrite(eventstore::OpenedStore& store, eventstore::ViewNumber view, std::string_view key,
               std::string_view value) {
  eventstore::Storage& storage = eventstore::StoreOpening::storage_of(store);
  rocksdb::WriteBatch batch;
  const std::string full = eventstore::row_key(view, key);
  rocksdb::ColumnFamilyHandle* family = storage.handle(eventstore::Family::Rows);
  const auto added =
      value.empty() ? batch.Delete(family, full) : batch.Put(family, full, rocksdb::Slice{value.data(), value.size()});
  ASSERT_TRUE(added.ok());
  ASSERT_TRUE(storage.write_unsynced(batch).has_value());
}

TEST(Rebuild, LiveRowsAreThoseOfARebuildAfterRandomCommands) {
  TemporaryFolder folder;
  AccountStore store{folder.path() / "data"};
  register_all(store);
  for (const std::uint64_t seed : {1U, 10'000U, 20'000U}) {
    play(store, seed, 250);
    EXPECT_EQ(store.different_rows(), 0U) << seed;
    store.stop();
    store.start();  // and after a restart
    EXPECT_EQ(store.rebuilt_at_start, std::vector<std::string>{});
  }
  EXPECT_GT(store.log().head().position, 150U);
  EXPECT_EQ(store.moment().totals()->accounts, RandomCommands::kAccounts);
}

TEST(Rebuild, ANewStoreIsBuiltAtItsFirstStart) {
  TemporaryFolder folder;
  AccountStore store{folder.path() / "data"};
  EXPECT_LE(store.rebuilt_at_start.size(), projections::kViewCount);
  register_all(store);
  EXPECT_EQ(*store.moment().totals(), (AccountTotals{3, 0, 0}));
}

TEST(DUR_5, ADamagedRowIsFoundByAComparisonAndRebuiltFromTheEvents) {
  const std::string account_key = "a" + std::string{"\xA0\x01", 2} + std::string(14, '\0');
  struct Damage {
    eventstore::ViewNumber view;
    std::string key;
    std::string value;
    std::string_view name;
  };
  const std::vector<Damage> kinds{
      {projections::kAccountsView, account_key, "\x01garbage", "accounts"},          // another value
      {projections::kAccountsView, account_key, "", "accounts"},                     // missing
      {projections::kTokensView, "t" + std::string(16, '\x77'), "\x01x", "tokens"},  // one too many
      {projections::kPolicyView, "p", "\x01\x01", "policy"},
  };
  for (const Damage& damage : kinds) {
    TemporaryFolder folder;
    AccountStore store{folder.path() / "data"};
    register_all(store);
    play(store, 5, 50);
    store.stop();
    {
      auto stopped = store.open_stopped();
      overwrite(stopped, damage.view, damage.key, damage.value);
      const auto compared = projections::compare(stopped.reader());
      ASSERT_TRUE(compared.has_value());
      for (const auto& one : *compared) EXPECT_EQ(one.different, one.name == damage.name ? 1U : 0U) << one.name;
      const auto rebuilt = projections::rebuild(stopped, damage.name);
      ASSERT_TRUE(rebuilt.has_value());
      EXPECT_EQ(*rebuilt, std::vector<std::string>{std::string{damage.name}});
    }
    store.start();
    EXPECT_EQ(store.different_rows(), 0U) << damage.name;
  }
}

TEST(DUR_5, ARowThatDoesNotDecodeIsNeverReadAsSomethingElse) {
  TemporaryFolder folder;
  AccountStore store{folder.path() / "data"};
  register_all(store);
  store.stop();
  {
    auto stopped = store.open_stopped();
    overwrite(stopped, projections::kAccountsView, "a" + std::string{"\xA0\x01", 2} + std::string(14, '\0'), "\x01?");
  }
  store.start();
  const auto read = store.moment().account(RandomCommands::account(1));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, platform::Failure::Kind::Damaged);
  EXPECT_TRUE(store.moment().account(RandomCommands::account(0)).has_value());
}

TEST(Rebuild, OfAViewThatIsNotNamesThoseThatAre) {
  TemporaryFolder folder;
  AccountStore store{folder.path() / "data"};
  store.stop();
  auto stopped = store.open_stopped();
  const auto rebuilt = projections::rebuild(stopped, "acounts");
  ASSERT_FALSE(rebuilt.has_value());
  EXPECT_EQ(rebuilt.error().kind, platform::Failure::Kind::Invalid);
  EXPECT_NE(rebuilt.error().reason.find("accounts, directory, tokens"), std::string::npos);
}

TEST(Rebuild, TellsHowFarItIs) {
  TemporaryFolder folder;
  AccountStore store{folder.path() / "data"};
  register_all(store);
  store.stop();
  auto stopped = store.open_stopped();
  std::uint64_t done = 0;
  std::uint64_t all = 0;
  const auto rebuilt = projections::rebuild(stopped, {}, [&](std::uint64_t d, std::uint64_t a) {
    done = d;
    all = a;
  });
  ASSERT_TRUE(rebuilt.has_value());
  EXPECT_EQ(rebuilt->size(), projections::kViewCount);
  EXPECT_EQ(done, all);
  EXPECT_EQ(all, stopped.reader().log().head().position);
}

}  // namespace
}  // namespace tweestap::tests
