#pragma once
// Everything that can be read of a store, whether this process writes it (Partition) or another does (Secondary).
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "eventstore/inline_view.h"
#include "eventstore/log.h"

namespace tweestap::eventstore {

/// Thread rule: any thread.
class Reader {
 public:
  Reader(std::shared_ptr<const Storage> storage, std::shared_ptr<HeadWatch> head, domain::LogId id);

  [[nodiscard]] const Log& log() const { return log_; }
  /// Rows as they are now; where this process writes the store, as of one moment (a snapshot, given back when the
  /// reader goes: keep it for one question only).
  [[nodiscard]] std::unique_ptr<RowReader> rows() const;
  /// Each read sees what is stored by then. Without a snapshot, which takes the database's lock twice: for one row, or
  /// for rows in an order in which a later one may be newer.
  [[nodiscard]] std::unique_ptr<RowReader> latest_rows() const;
  /// The value kept under answer_record_key(); open_answer() opens it. Also when its end has passed: the caller
  /// compares.
  [[nodiscard]] std::expected<std::optional<std::string>, platform::Failure> kept_answer(
      std::string_view record_key) const;

 private:
  friend class StoredContent;
  std::shared_ptr<const Storage> storage_;
  Log log_;
};

}  // namespace tweestap::eventstore
