#pragma once
// Partition::create() with what tests put into it. Only for eventstore/ and its tests.
#include <functional>
#include <memory>
#include <vector>

#include "eventstore/appender.h"
#include "eventstore/partition.h"

namespace tweestap::eventstore {

/// Puts an appender of a test's own around the local one.
using WrapAppender = std::function<std::unique_ptr<Appender>(std::unique_ptr<Appender>)>;

class PartitionOpening {
 public:
  [[nodiscard]] static std::expected<std::unique_ptr<Partition>, platform::Failure> open(
      OpenedStore store, PartitionSettings settings, Decider& decider, std::vector<InlineView*> views,
      const platform::Clock& clock, platform::RandomSource& random, const WrapAppender& wrap);
};

}  // namespace tweestap::eventstore
