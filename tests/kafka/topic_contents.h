#pragma once
// Everything that lies in a topic.
#include <cstdint>
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

/// Reads all of it. A failure fails the test.
[[nodiscard]] TopicContents read_topic(const platform::Settings& settings, const consumers::kafka::MacKeys& keys);

}  // namespace tweestap::tests
