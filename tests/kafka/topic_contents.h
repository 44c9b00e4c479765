#pragma once
// Everything that lies in a topic.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "consumers/kafka/mac_keys.h"
#include "platform/settings/settings.h"

namespace tweestap::tests {

struct TopicContents {
  std::vector<std::uint64_t> positions;  ///< of our own records, sorted
  std::size_t foreign = 0;               ///< records without our mac
  std::string trouble;                   ///< the first break of a chain or of an order; empty: none
};

/// A record as anybody reads it.
struct TopicRecord {
  std::int32_t partition = 0;
  std::string key;
  std::string value;
  std::map<std::string, std::string> headers;
};

/// Every record, each Kafka partition in its order. A failure fails the test.
[[nodiscard]] std::vector<TopicRecord> records_of(const platform::Settings& settings);

/// Reads all of it and judges it. A failure fails the test.
[[nodiscard]] TopicContents read_topic(const platform::Settings& settings, const consumers::kafka::MacKeys& keys);

}  // namespace tweestap::tests
