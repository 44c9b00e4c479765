#pragma once
// Rows that were stored or read lately, in memory, for the committer and for calling threads alike. Only for
// eventstore/ and its tests.
#include <array>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "eventstore/row_layer.h"

namespace tweestap::eventstore {

/// A second step comes within a minute of the first, and each asks for the same account a few times: so a login's rows
/// are found here. By full key; also that there is none. Never wrong, because one side writes: whoever stores a batch
/// publishes its rows before anybody hears of it, and what is read from the database is added by the committer alone,
/// which knows what is on its way there. Each part has two halves: when the young one is full the old one is dropped,
/// so a look-up costs one or two hash look-ups and no list is kept. Thread rule: find() from any thread; the others as
/// said.
class RecentRows {
 public:
  /// 0: keeps nothing.
  explicit RecentRows(std::size_t bytes_max) : part_bytes_max_(bytes_max / kParts) {}

  /// Whether there is such a row, and its value then; nothing where only the database knows.
  [[nodiscard]] std::optional<bool> find(std::string_view full_key, std::string& value);
  /// What was just read from the database by somebody who knows that nothing else is on its way there.
  void add(std::string_view full_key, std::optional<std::string_view> value);
  /// Rows that are stored now. The thread that stored them.
  void publish(const RowLayer& rows);
  /// Rows were written in another way (a rebuild). While nobody else uses the store.
  void clear();

 private:
  static constexpr std::size_t kParts = 16;  // so that readers seldom wait for each other
  using Map = std::unordered_map<std::string, RowLayer::Value, TextHash, std::equal_to<>>;
  struct Part {
    std::mutex mutex;
    Map young;
    Map old;
    std::size_t young_bytes = 0;
  };
  Part& part_of(std::string_view full_key);
  void set(std::string_view full_key, std::optional<std::string_view> value);

  std::size_t part_bytes_max_;
  std::array<Part, kParts> parts_;
};

}  // namespace tweestap::eventstore
