#include "eventstore/disk_watermark.h"

#include <gtest/gtest.h>

namespace tweestap::eventstore {
namespace {

using Answer = std::expected<std::uint64_t, platform::Failure>;

class DUR_4_Watermark : public testing::Test {
 protected:
  bool accepts() { return watermark_.check(now_us_).has_value(); }
  Answer free_ = 1000;
  int looks_ = 0;
  std::int64_t now_us_ = 1;
  DiskWatermark watermark_{100, [this] {
                             ++looks_;
                             return free_;
                           }};
};

TEST_F(DUR_4_Watermark, RefusesBelowTheReserveAndResumesAboveTwiceThat) {
  for (const auto& [free, accepted] : {std::pair{100, true},  // just enough
                                       std::pair{99, false}, std::pair{100, false}, std::pair{200, false},
                                       std::pair{201, true}, std::pair{100, true}}) {
    free_ = static_cast<std::uint64_t>(free);
    now_us_ += 1'000'000;
    EXPECT_EQ(accepts(), accepted) << free;
  }
}

TEST_F(DUR_4_Watermark, AsksTheDiskOnceASecond) {
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(accepts());
  EXPECT_EQ(looks_, 1);
  now_us_ += 1'000'000;
  EXPECT_TRUE(accepts());
  EXPECT_EQ(looks_, 2);
}

TEST_F(DUR_4_Watermark, AsksAgainWhenMuchWasWritten) {
  EXPECT_TRUE(accepts());
  free_ = 10;
  watermark_.wrote(100 / 16);
  EXPECT_TRUE(accepts());
  watermark_.wrote(1);
  EXPECT_FALSE(accepts());
}

TEST_F(DUR_4_Watermark, ADiskThatDoesNotAnswerHasNoRoom) {
  free_ = std::unexpected(platform::Failure{});
  const auto refused = watermark_.check(now_us_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, platform::Failure::Kind::Unavailable);
}

}  // namespace
}  // namespace tweestap::eventstore
