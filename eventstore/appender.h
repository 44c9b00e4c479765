#pragma once
// How a batch becomes durable. Only for eventstore/ and its tests.
#include <expected>
#include <memory>

#include "eventstore/applying.h"
#include "eventstore/batch.h"
#include "eventstore/storage.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// Locally append and apply are one write; in a cluster the batch goes to the shared log and `applied` follows it.
/// Thread rule: one thread at a time.
class Appender {
 public:
  virtual ~Appender() = default;
  /// Returns when the batch is durable. A failure has an unknown outcome: nothing may be appended afterwards.
  [[nodiscard]] virtual std::expected<void, platform::Failure> append(const Batch& batch, Applied& applied) = 0;
};

/// One synced write to RocksDB.
class LocalAppender final : public Appender {
 public:
  explicit LocalAppender(std::shared_ptr<Storage> storage) : storage_(std::move(storage)) {}
  [[nodiscard]] std::expected<void, platform::Failure> append(const Batch&, Applied& applied) override {
    return storage_->write(applied.write);
  }

 private:
  std::shared_ptr<Storage> storage_;
};

}  // namespace tweestap::eventstore
