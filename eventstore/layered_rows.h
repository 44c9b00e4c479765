#pragma once
// Rows as a batch sees them: what it wrote, over what the batch before it wrote and is still being synced, over what
// was stored lately, over the database. Only for eventstore/ and its tests.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "eventstore/inline_view.h"
#include "eventstore/recent_rows.h"
#include "eventstore/row_layer.h"
#include "eventstore/storage.h"

namespace tweestap::eventstore {

/// What a batch wrote. Thread rule: the committer's until depart(), then that of whoever stores it, until it is stored.
struct BatchRows {
  RowLayer rows;
  bool published = false;

  void publish(RecentRows& to) {
    if (!published) to.publish(rows);
    published = true;
  }
};

/// Thread rule: one thread.
class LayeredRows final : public Rows {
 public:
  /// `storage` may be empty: then there is nothing below.
  explicit LayeredRows(std::shared_ptr<const Storage> storage);

  using RowReader::get;
  [[nodiscard]] bool get(ViewNumber view, std::string_view key, std::string& value) override;
  [[nodiscard]] std::optional<std::pair<std::string, std::string>> first_from(ViewNumber view,
                                                                              std::string_view key) override;
  void put(ViewNumber view, std::string_view key, std::string_view value) override;
  void erase(ViewNumber view, std::string_view key) override;

  /// What was written since the last depart().
  [[nodiscard]] const RowLayer& written() const { return top_->rows; }
  /// The same for whoever stores it, and publishes it then.
  [[nodiscard]] std::shared_ptr<BatchRows> batch() const { return top_; }
  /// The batch is made: its rows go below, where they stay in force while it is being stored. What departed before is
  /// stored by now, and published here if nobody did.
  void depart();

  /// The rows below change: forget what was read from there.
  void set_storage(std::shared_ptr<const Storage> storage);
  /// Forgets what was written; for a rebuild that has stored it elsewhere.
  void drop_written();

 private:
  // What is known of a view's order: no row has a key in [from, next); next is a row, or just where a search goes on.
  struct Gap {
    std::string from;
    std::string next;
    bool next_is_row = false;
    bool none_left = false;
  };
  [[nodiscard]] bool find(std::string_view full_key, std::string& value);
  [[nodiscard]] std::optional<std::string> search(ViewNumber view, std::string from);
  void note_put(ViewNumber view, std::string_view full_key);
  void note_erase(ViewNumber view, std::string_view full_key);

  std::shared_ptr<const Storage> storage_;
  std::shared_ptr<BatchRows> top_ = std::make_shared<BatchRows>();
  std::shared_ptr<BatchRows> below_ = std::make_shared<BatchRows>();
  std::unordered_map<ViewNumber, Gap> gaps_;
  std::string key_room_;  // the key being looked up, without an allocation a time
};

}  // namespace tweestap::eventstore
