#include "consumers/kafka/contact.h"

#include <gtest/gtest.h>

#include <string>

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
  EXPECT_TRUE(says(Buried{7}, "partition 7 of the topic tweestap.events"));
  EXPECT_TRUE(says(Buried{7}, "let nobody else write to it"));
  EXPECT_TRUE(says(StoreLostEvents{800, false}, "has event 800 with our mac, and the log ends before it"));
  EXPECT_TRUE(says(StoreLostEvents{800, true}, "has event 800 with our mac, and the log holds another one there"));
  EXPECT_TRUE(says(StoreLostEvents{800, true}, "restore it from a backup"));
}

}  // namespace
}  // namespace tweestap::consumers::kafka
