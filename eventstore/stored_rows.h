#pragma once
// Rows as stored, for queries. Only for eventstore/.
#include <memory>

#include "eventstore/inline_view.h"
#include "eventstore/storage.h"

namespace tweestap::eventstore {

class StoredRows final : public RowReader {
 public:
  enum class Of : std::uint8_t { OneMoment, EachRead };
  StoredRows(std::shared_ptr<const Storage> storage, Of of);
  ~StoredRows() override;

  using RowReader::get;
  [[nodiscard]] bool get(ViewNumber view, std::string_view key, std::string& value) override;
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> first_from(ViewNumber view,
                                                                              std::string_view key) override;

 private:
  std::shared_ptr<const Storage> storage_;
  Of of_;
  const rocksdb::Snapshot* snapshot_;  // none of each read, nor on a secondary, which stands still by itself
};

}  // namespace tweestap::eventstore
