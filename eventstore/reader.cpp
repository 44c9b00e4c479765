#include "eventstore/reader.h"

#include "eventstore/storage.h"
#include "eventstore/stored_rows.h"

namespace tweestap::eventstore {

Reader::Reader(std::shared_ptr<const Storage> storage, std::shared_ptr<HeadWatch> head, domain::LogId id)
    : storage_(std::move(storage)), log_(storage_, std::move(head), id) {}

std::unique_ptr<RowReader> Reader::rows() const {
  return std::make_unique<StoredRows>(storage_, StoredRows::Of::OneMoment);
}

std::unique_ptr<RowReader> Reader::latest_rows() const {
  return std::make_unique<StoredRows>(storage_, StoredRows::Of::EachRead);
}

std::expected<std::optional<std::string>, platform::Failure> Reader::kept_answer(std::string_view record_key) const {
  return storage_->get(Family::Answers, record_key);
}

}  // namespace tweestap::eventstore
