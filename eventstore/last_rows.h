#pragma once
// The rows that views write when a rebuild ends. Only for eventstore/ and its tests.
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "eventstore/inline_view.h"

namespace tweestap::eventstore {

/// What InlineView::finish() writes, which is most of what a rebuild writes: a row is appended to a block of memory and
/// never looked up again, so it costs no allocation and no place in a table; and views write in the order of their
/// keys, so it is not sorted either, unless one does not. Thread rule: one thread.
class LastRows final : public Rows {
 public:
  /// A row of the view: its full key and its value.
  struct Row {
    std::string_view key;
    std::string_view value;
  };

  void put(ViewNumber view, std::string_view key, std::string_view value) override;
  /// A bug, as the two below: a view that ends only writes.
  void erase(ViewNumber view, std::string_view key) override;
  [[nodiscard]] bool get(ViewNumber view, std::string_view key, std::string& value) override;
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> first_from(ViewNumber view,
                                                                              std::string_view key) override;

  /// In the order of their keys. A key that was written twice is a bug.
  [[nodiscard]] const std::vector<Row>& of(ViewNumber view);

 private:
  struct OfView {
    std::vector<Row> rows;
    bool sorted = true;
  };
  char* room_for(std::size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
  std::unordered_map<ViewNumber, OfView> views_;
};

}  // namespace tweestap::eventstore
