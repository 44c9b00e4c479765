#include "consumers/kafka/partition_of.h"

#include <gtest/gtest.h>

#include <string>

#include "platform/bytes.h"
#include "platform/text/encoding.h"
#include "tests/platform/vectors.h"

namespace tweestap::consumers::kafka {
namespace {

constexpr std::size_t kVectors = 31;
constexpr std::int32_t kCounts[]{1, 3, 12, 1000};

TEST(PartitionOf, IsTheJavaClients) {
  const auto vectors = platform::read_vectors("kafka_murmur2.txt");
  ASSERT_EQ(vectors.size(), kVectors);
  for (const auto& line : vectors) {
    ASSERT_EQ(line.size(), 2 + std::size(kCounts));
    const auto bytes = platform::from_hex(line[0] == "-" ? "" : line[0]);
    ASSERT_TRUE(bytes) << line[0];
    const std::string_view key = platform::text_of(*bytes);
    EXPECT_EQ(std::to_string(murmur2(key)), line[1]) << line[0];
    for (std::size_t i = 0; i < std::size(kCounts); ++i) {
      EXPECT_EQ(std::to_string(partition_of(key, kCounts[i])), line[2 + i]) << line[0] << " of " << kCounts[i];
    }
  }
}

TEST(PartitionOf, ATopicWithoutPartitionsIsABug) {
  EXPECT_DEATH(static_cast<void>(partition_of("policy", 0)), "partitions");
}

}  // namespace
}  // namespace tweestap::consumers::kafka
