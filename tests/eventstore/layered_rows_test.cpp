// Rows of a batch against a plain map that does the same.
#include "eventstore/layered_rows.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "eventstore/keys.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::eventstore {
namespace {

class RowsAgainstAMap : public testing::Test {
 protected:
  void SetUp() override { start_with(std::size_t{1} << 20); }
  // A database of its own, with so much room for recent rows.
  void start_with(std::size_t recent_rows_bytes) {
    StorageSettings settings;
    settings.folder = folder_.path() / std::to_string(++started_);
    settings.cache_bytes = std::uint64_t{8} << 20;
    settings.recent_rows_bytes = recent_rows_bytes;
    const auto storage = Storage::create(settings);
    ASSERT_TRUE(storage) << storage.error().reason;
    storage_ = *storage;
  }
  // What the committer does with a finished batch.
  void store(const LayeredRows& rows) {
    rocksdb::WriteBatch batch;
    for (const auto& [key, value] : rows.written().rows()) {
      const auto family = storage_->handle(Family::Rows);
      ASSERT_TRUE((value ? batch.Put(family, key, *value) : batch.Delete(family, key)).ok());
    }
    ASSERT_TRUE(storage_->write_unsynced(batch));
  }
  tests::TemporaryFolder folder_;
  int started_ = 0;
  std::shared_ptr<Storage> storage_;
};

TEST_F(RowsAgainstAMap, AgreeWhateverHappens) {
  const std::uint64_t seed = tests::test_seed();
  std::mt19937_64 random{seed};
  for (const std::size_t cache : {std::size_t{0}, std::size_t{2000}, std::size_t{1} << 20}) {
    start_with(cache);
    LayeredRows rows{storage_};
    std::map<std::pair<ViewNumber, std::string>, std::string> model;
    for (int step = 0; step < 20'000; ++step) {
      const auto view = static_cast<ViewNumber>(1 + random() % 2);
      const std::string key(1 + random() % 2, static_cast<char>('a' + random() % 6));
      switch (random() % 8) {
        case 0:
        case 1: {
          const std::string value = std::to_string(random() % 1000);
          rows.put(view, key, value);
          model[{view, key}] = value;
          break;
        }
        case 2:
          rows.erase(view, key);
          model.erase({view, key});
          break;
        case 3:  // a batch ends: sometimes it is stored before the next begins, always before the next ends
          store(rows);
          rows.depart();
          break;
        case 4:
        case 5: {
          const auto expected = model.find({view, key});
          const auto found = rows.get(view, key);
          ASSERT_EQ(found.has_value(), expected != model.end()) << "step " << step;
          if (found) {
            ASSERT_EQ(*found, expected->second);
          }
          break;
        }
        default: {
          const std::string from = random() % 3 == 0 ? key : "";
          const auto expected = model.lower_bound({view, from});
          const auto found = rows.first_from(view, from);
          const bool any = expected != model.end() && expected->first.first == view;
          ASSERT_EQ(found.has_value(), any) << "step " << step;
          if (found) {
            ASSERT_EQ(found->first, expected->first.second) << "step " << step;
            ASSERT_EQ(found->second, expected->second);
          }
        }
      }
    }
    ASSERT_FALSE(rows.failure());
    store(rows);
  }
}

TEST_F(RowsAgainstAMap, RowsOfABatchOnItsWayStayInForce) {
  LayeredRows rows{storage_};
  rows.put(1, "a", "1");
  rows.depart();  // not stored yet
  EXPECT_EQ(rows.get(1, "a"), "1");
  EXPECT_EQ(rows.first_from(1, "")->first, "a");
  rows.erase(1, "a");
  EXPECT_FALSE(rows.get(1, "a"));
  EXPECT_FALSE(rows.first_from(1, ""));
}

TEST_F(RowsAgainstAMap, ViewsDoNotSeeEachOthersRows) {
  LayeredRows rows{storage_};
  rows.put(2, "a", "1");
  EXPECT_FALSE(rows.first_from(1, ""));
  EXPECT_FALSE(rows.get(1, "a"));
  EXPECT_FALSE(rows.first_from(3, ""));
}

using RowsDeathTest = RowsAgainstAMap;
TEST_F(RowsDeathTest, AnEmptyValueIsABug) {
  LayeredRows rows{storage_};
  EXPECT_DEATH(rows.put(1, "a", ""), "empty value");
}

}  // namespace
}  // namespace tweestap::eventstore
