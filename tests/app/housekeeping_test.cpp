#include "app/housekeeping.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "platform/crypto/random.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::app {
namespace {

using domain::Duration;
using domain::Time;

constexpr Time kMorning{1'795'500'000'000'000 / domain::days(1).us * domain::days(1).us + domain::hours(8).us};
constexpr Duration kCodeLife = domain::minutes(10);
constexpr Time kLastCodeOver = kMorning + domain::hours(16) + kCodeLife;

class HousekeepingTest : public ::testing::Test {
 protected:
  static platform::Secret kek() { return platform::Secret::from_text(std::string(32, 'k')); }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "keys"; }
  // How often the operator was told.
  [[nodiscard]] std::size_t lines() const {
    std::size_t count = 0;
    for (std::size_t at = logged_.find("keys.not_destroyed"); at != std::string::npos;
         at = logged_.find("keys.not_destroyed", at + 1)) {
      ++count;
    }
    return count;
  }

  tests::TemporaryFolder folder_;
  platform::SystemRandom random_;
  std::string logged_;
  platform::Log log_{platform::Log::Format::Json, platform::LogLevel::Debug,
                     [this](std::string_view line) { logged_.append(line).append("\n"); }};
};

TEST_F(HousekeepingTest, ADaysKeyGoesWhenItsLastCodeIsOverThoughNobodyLogsIn) {
  const auto ring = eventstore::KeyRing::create(path(), kek(), random_);
  ASSERT_TRUE(ring) << ring.error().reason;
  const auto day = (*ring)->sms_code_key_of_today(kMorning);
  ASSERT_TRUE(day);
  Housekeeping housekeeping{**ring, log_, kCodeLife};
  housekeeping.run(kMorning);
  housekeeping.run(Time{kLastCodeOver.us - 1});
  EXPECT_TRUE((*ring)->sms_code_key(*day));
  housekeeping.run(kLastCodeOver);
  EXPECT_FALSE((*ring)->sms_code_key(*day));
  EXPECT_EQ(logged_, "");
}

TEST_F(HousekeepingTest, TroubleIsToldOnceAMinuteAndTriedAgain) {
  {
    const auto ring = eventstore::KeyRing::create(path(), kek(), random_);
    ASSERT_TRUE(ring && (*ring)->sms_code_key_of_today(kMorning));
  }
  const auto only_reads = eventstore::KeyRing::open_read_only(path(), kek());
  ASSERT_TRUE(only_reads) << only_reads.error().reason;
  Housekeeping housekeeping{**only_reads, log_, kCodeLife};
  housekeeping.run(kMorning);
  EXPECT_EQ(lines(), 0U) << "there is nothing to destroy yet";
  housekeeping.run(kLastCodeOver);
  EXPECT_EQ(lines(), 1U);
  housekeeping.run(Time{kLastCodeOver.us + Housekeeping::kAgainAfter.us - 1});
  EXPECT_EQ(lines(), 1U);
  housekeeping.run(kLastCodeOver + Housekeeping::kAgainAfter);
  EXPECT_EQ(lines(), 2U);
}

}  // namespace
}  // namespace tweestap::app
