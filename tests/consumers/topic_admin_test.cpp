#include "consumers/kafka/topic_admin.h"

#include <gtest/gtest.h>

namespace tweestap::consumers::kafka {
namespace {

using Names = std::vector<std::string>;

Names names(const std::vector<Danger>& dangers) {
  Names all;
  for (const Danger& danger : dangers) all.push_back(danger.setting);
  return all;
}

Names dangers_with(const std::string& setting, const std::string& value, std::int32_t replication = 3) {
  auto settings = settings_of_new_topic({12, replication});
  settings["max.message.bytes"] = "1048588";
  settings[setting] = value;
  return names(dangers_in(settings, replication));
}

TEST(TopicAdmin, MakesATopicThatItFindsNoDangerIn) {
  for (const std::int32_t replication : {2, 3, 5}) {
    const auto settings = settings_of_new_topic({12, replication});
    EXPECT_EQ(names(dangers_in(settings, replication)), Names{}) << replication;
  }
}

// One broker may be away from three on; an event that only one has is not stored.
TEST(TopicAdmin, HasAnEventStoredByAllReplicasButOneAndByTwo) {
  const auto in_sync = [](std::int32_t replication) {
    return settings_of_new_topic({12, replication}).at("min.insync.replicas");
  };
  EXPECT_EQ(in_sync(1), "1");
  EXPECT_EQ(in_sync(2), "2");
  EXPECT_EQ(in_sync(3), "2");
  EXPECT_EQ(in_sync(4), "3");
}

TEST(TopicAdmin, ReportsWhatWouldLoseEvents) {
  EXPECT_EQ(dangers_with("cleanup.policy", "compact"), Names{"cleanup.policy"});
  EXPECT_EQ(dangers_with("cleanup.policy", "compact,delete"), Names{"cleanup.policy"});
  EXPECT_EQ(dangers_with("unclean.leader.election.enable", "true"), Names{"unclean.leader.election.enable"});
  EXPECT_EQ(dangers_with("retention.bytes", "1073741824"), Names{"retention.bytes"});
  EXPECT_EQ(dangers_with("min.insync.replicas", "1"), Names{"min.insync.replicas"});
}

TEST(TopicAdmin, ReportsARetentionOfLessThanAYear) {
  EXPECT_EQ(dangers_with("retention.ms", "604800000"), Names{"retention.ms"});
  EXPECT_EQ(dangers_with("retention.ms", "31535999999"), Names{"retention.ms"});
  EXPECT_EQ(dangers_with("retention.ms", "31536000000"), Names{});
  EXPECT_EQ(dangers_with("retention.ms", "-1"), Names{});
}

TEST(TopicAdmin, ReportsALimitThatOneRequestIsOver) {
  EXPECT_EQ(dangers_with("max.message.bytes", "999999"), Names{"max.message.bytes"});
  EXPECT_EQ(dangers_with("max.message.bytes", "1000000"), Names{});
}

TEST(TopicAdmin, ReportsWhatIsNotAsItWasAskedFor) {
  const TopicShape found{.partitions = 12, .replication = 3};
  EXPECT_EQ(not_as_asked({}, found), std::vector<Danger>{});
  EXPECT_EQ(not_as_asked({.partitions = 12, .replication = 3}, found), std::vector<Danger>{});
  EXPECT_EQ(not_as_asked({.partitions = 24, .replication = {}}, found),
            (std::vector<Danger>{{"partitions", "12", "24 were asked for"}}));
  EXPECT_EQ(
      not_as_asked({.partitions = 11, .replication = 1}, found),
      (std::vector<Danger>{{"partitions", "12", "11 were asked for"}, {"replication factor", "3", "1 was asked for"}}));
}

TEST(TopicAdmin, ReportsTheOnlyCopy) {
  EXPECT_EQ(dangers_with("min.insync.replicas", "1", 1), Names{"replication factor"});
}

}  // namespace
}  // namespace tweestap::consumers::kafka
