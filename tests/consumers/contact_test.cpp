#include "consumers/kafka/contact.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "consumers/kafka/remembered_topic.h"
#include "tests/support/eventstore_play.h"
#include "tests/support/temporary_folder.h"

namespace tweestap::consumers::kafka {
namespace {

bool says(const TopicVerdict& verdict, std::string_view words) {
  return advice(verdict, "tweestap.events").find(words) != std::string::npos;
}

TEST(Advice, IsNoneWhereTheRelayGoesOn) { EXPECT_EQ(advice(GoOn{}, "tweestap.events"), ""); }

TEST(Advice, NamesTheTopicWhatIsWrongAndWhatToDo) {
  const CountChanged changed{12, 24};
  EXPECT_TRUE(says(changed, "the topic tweestap.events has 24 partitions and had 12 at its first use"));
  EXPECT_TRUE(says(changed, "make a new topic"));
  const CountChanged forgotten{0, 24};
  EXPECT_TRUE(says(forgotten, "the topic tweestap.events has 24 partitions and had another number at its first use"));
  EXPECT_TRUE(says(forgotten, "make a new topic"));
  EXPECT_TRUE(says(Buried{7}, "partition 7 of the topic tweestap.events"));
  EXPECT_TRUE(says(Buried{7}, "let nobody else write to it"));
  EXPECT_TRUE(says(StoreLostEvents{800, false}, "has event 800 with our mac, and the log ends before it"));
  EXPECT_TRUE(says(StoreLostEvents{800, true}, "has event 800 with our mac, and the log holds another one there"));
  EXPECT_TRUE(says(StoreLostEvents{800, true}, "restore it from a backup"));
}

class RememberedPosition : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(store_.open()); }
  std::uint64_t of(const std::string& topic) {
    const auto position = remembered_position(store_.partition(), topic);
    EXPECT_TRUE(position) << position.error().reason;
    return position.value_or(0);
  }

  tests::TemporaryFolder folder_;
  tests::PlayStore store_{folder_.path() / "data"};
};

TEST_F(RememberedPosition, IsTheCursorOfItsOwnTopicOnly) {
  EXPECT_EQ(of("first"), 0U);
  ASSERT_TRUE(store_.partition().set_cursor(kRelayName, 7, remembered_bytes({"first", {7, 5}})));
  EXPECT_EQ(of("first"), 7U);
  EXPECT_EQ(of("second"), 0U);
  ASSERT_TRUE(store_.partition().set_cursor(kRelayName, 3, remembered_bytes({"second", {3}})));
  EXPECT_EQ(of("second"), 3U);
  EXPECT_EQ(of("first"), 0U);
}

TEST_F(RememberedPosition, IsNoneWhereWhatIsRememberedDoesNotReadBack) {
  ASSERT_TRUE(store_.partition().set_cursor(kRelayName, 7, "something else"));
  const auto position = remembered_position(store_.partition(), "first");
  ASSERT_FALSE(position);
  EXPECT_EQ(position.error().kind, platform::Failure::Kind::Damaged);
}

}  // namespace
}  // namespace tweestap::consumers::kafka
