#include "consumers/retry.h"

#include <gtest/gtest.h>

#include <array>

namespace tweestap::consumers {
namespace {

using std::chrono::seconds;

TEST(PauseAfter, DoublesUpToAMinute) {
  constexpr std::array<std::int64_t, 9> kWanted{1, 2, 4, 8, 16, 32, 60, 60, 60};
  for (std::uint32_t tries = 1; tries <= kWanted.size(); ++tries) {
    EXPECT_EQ(pause_after(tries, {}), domain::seconds(kWanted.at(tries - 1))) << tries;
  }
  EXPECT_EQ(pause_after(4'000'000'000, {}), domain::seconds(60));
}

TEST(PauseAfter, IsAsLongAsTheGatewayAskedForButNeverShorterThanItsOwn) {
  EXPECT_EQ(pause_after(1, seconds(90)), domain::seconds(90));
  EXPECT_EQ(pause_after(4, seconds(3)), domain::seconds(8));
  EXPECT_EQ(pause_after(4, seconds(8)), domain::seconds(8));
  EXPECT_EQ(pause_after(4, seconds(9)), domain::seconds(9));
}

}  // namespace
}  // namespace tweestap::consumers
