#include "eventstore/answers_table.h"

#include <algorithm>

#include "eventstore/answers.h"
#include "eventstore/keys.h"
#include "platform/bug.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

// RowLayer orders within a view; all answers are of one.
std::string layer_key(std::string_view record_key) { return row_key(0, record_key); }

}  // namespace

std::expected<std::optional<std::string>, Failure> AnswersTable::get(std::string_view record_key) const {
  const std::string key = layer_key(record_key);
  const RowLayer::Value* known = written_.find(key);
  if (known == nullptr) known = on_their_way_.find(key);
  if (known != nullptr) return *known;
  return storage_->get(Family::Answers, record_key);
}

std::expected<std::uint64_t, Failure> AnswersTable::apply(const Batch& batch, std::uint64_t count,
                                                          rocksdb::WriteBatch& write) {
  for (const StoredAnswer& answer : batch.answers) {
    const auto before = get(answer.record_key);
    if (!before) return std::unexpected(before.error());
    if (!*before) ++count;
    if (answer.value.empty()) return std::unexpected(damaged("a batch holds an empty answer"));
    written_.set(layer_key(answer.record_key), answer.value);
    nothing_before_ = std::min(nothing_before_, answer.record_key);
    if (!write.Put(storage_->handle(Family::Answers), answer.record_key, answer.value).ok()) {
      platform::bug("an answer does not fit a write");
    }
  }
  for (std::size_t ended = 0; count > 0 && (ended < kAnswersSweptPerBatch || count > batch.answers_max);) {
    auto first = oldest();
    if (!first) return std::unexpected(first.error());
    if (!*first) break;
    const auto head = answer_head((*first)->second);
    if (!head) return std::unexpected(damaged("a kept answer does not read back"));
    if (head->ends_at > batch.time && count <= batch.answers_max) break;
    erase((*first)->first, write);
    --count;
    ++ended;
  }
  return count;
}

void AnswersTable::depart() {
  std::swap(on_their_way_, written_);
  written_.clear();
}

void AnswersTable::erase(std::string_view record_key, rocksdb::WriteBatch& write) {
  written_.set(layer_key(record_key), std::nullopt);
  nothing_before_.assign(record_key);
  nothing_before_.push_back('\0');
  if (!write.Delete(storage_->handle(Family::Answers), rocksdb::Slice{record_key.data(), record_key.size()}).ok()) {
    platform::bug("a key does not fit a write");
  }
}

std::expected<std::optional<std::pair<std::string, std::string>>, Failure> AnswersTable::oldest() {
  const auto stored = storage_->iterate(Family::Answers);
  stored->Seek(nothing_before_);
  std::string from = layer_key(nothing_before_);
  for (;;) {
    std::optional<std::string> first;
    const auto consider = [&first](std::string_view key) {
      if (!first || key < *first) first.emplace(key);
    };
    if (const auto key = written_.next_key(from)) consider(*key);
    if (const auto key = on_their_way_.next_key(from)) consider(*key);
    while (stored->Valid() && layer_key(stored->key().ToStringView()) < from) stored->Next();
    if (stored->Valid()) consider(layer_key(stored->key().ToStringView()));
    if (!stored->status().ok()) return std::unexpected(failure_of(stored->status(), "reading kept answers"));
    if (!first) return std::nullopt;
    const std::string record_key = first->substr(2);
    auto value = get(record_key);
    if (!value) return std::unexpected(value.error());
    if (*value) {
      nothing_before_ = record_key;
      return std::pair{record_key, std::move(**value)};
    }
    from = std::move(*first);
    from.push_back('\0');
  }
}

}  // namespace tweestap::eventstore
