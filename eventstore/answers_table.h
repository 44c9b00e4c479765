#pragma once
// The kept answers of a store as a bounded table: ended ones and, beyond the bound, the oldest ones go. Only for
// eventstore/.
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/time.h"
#include "eventstore/batch.h"
#include "eventstore/row_layer.h"
#include "eventstore/storage.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// Besides what makes room for new ones, at most this many ended answers go with a batch, so that none pays for a
/// backlog.
inline constexpr std::size_t kAnswersSweptPerBatch = 4;

/// Thread rule: one thread.
class AnswersTable {
 public:
  explicit AnswersTable(std::shared_ptr<const Storage> storage) : storage_(std::move(storage)) {}

  /// The value under that key, also of batches that are not stored yet.
  [[nodiscard]] std::expected<std::optional<std::string>, platform::Failure> get(std::string_view record_key) const;

  /// Adds the batch's answers to `write`, sweeps, and returns how many answers there are then, given how many there
  /// were. A function of the batch and the table.
  [[nodiscard]] std::expected<std::uint64_t, platform::Failure> apply(const Batch& batch, std::uint64_t count,
                                                                      rocksdb::WriteBatch& write);
  /// As LayeredRows::depart().
  void depart();

 private:
  [[nodiscard]] std::expected<std::optional<std::pair<std::string, std::string>>, platform::Failure> oldest();
  void erase(std::string_view record_key, rocksdb::WriteBatch& write);

  std::shared_ptr<const Storage> storage_;
  RowLayer written_;
  RowLayer on_their_way_;
  std::string nothing_before_;  // no answer has a smaller record key: the search need not pass what was swept
};

}  // namespace tweestap::eventstore
