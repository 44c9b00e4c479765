#include "eventstore/last_rows.h"

#include <gtest/gtest.h>

#include <string>

#include "eventstore/keys.h"

namespace tweestap::eventstore {
namespace {

std::string text_of(LastRows& rows, ViewNumber view) {
  std::string text;
  for (const auto& [key, value] : rows.of(view)) {
    text.append(key.substr(2)).append("=").append(value).append(" ");
    EXPECT_EQ(read_u16(key), view);
  }
  return text;
}

TEST(LastRows, AreInTheOrderOfTheirKeysHoweverTheyWereWritten) {
  LastRows rows;
  rows.put(1, "a", "1");
  rows.put(2, "x", "5");
  rows.put(1, "b", "2");
  rows.put(2, "c", "6");
  rows.put(2, "d", "7");
  EXPECT_EQ(text_of(rows, 1), "a=1 b=2 ");
  EXPECT_EQ(text_of(rows, 2), "c=6 d=7 x=5 ");
  EXPECT_EQ(text_of(rows, 3), "");
}

TEST(LastRows, StayWhereTheyAreWhenMoreComes) {
  LastRows rows;
  const std::string large(kRowValueBytesMax, 'v');
  rows.put(1, "a", large);
  for (int n = 0; n < 10'000; ++n) rows.put(2, "k" + std::to_string(n), "a value of some bytes that is stored");
  rows.put(1, "b", large);
  EXPECT_EQ(rows.of(2).size(), 10'000U);
  ASSERT_EQ(rows.of(1).size(), 2U);
  EXPECT_EQ(rows.of(1)[0].value, large);
  EXPECT_EQ(rows.of(1)[1].value, large);
}

TEST(LastRowsDeathTest, AViewThatEndsWritesEachRowOnceAndReadsNothing) {
  LastRows rows;
  rows.put(1, "a", "1");
  rows.put(1, "a", "2");
  std::string value;
  EXPECT_DEATH(static_cast<void>(rows.of(1)), "wrote a row twice");
  EXPECT_DEATH(static_cast<void>(rows.get(1, "a", value)), "anything else than write");
  EXPECT_DEATH(rows.erase(1, "a"), "anything else than write");
  EXPECT_DEATH(rows.put(1, "b", ""), "empty value");
}

}  // namespace
}  // namespace tweestap::eventstore
