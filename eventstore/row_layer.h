#pragma once
// Rows in memory that lie over others: what a batch wrote and did not store yet, or what a rebuild made. Only for
// eventstore/ and its tests.
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "eventstore/inline_view.h"

namespace tweestap::eventstore {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// Full keys (row_key()) to values; an empty optional is a row that was erased. Thread rule: as a plain value.
class RowLayer {
 public:
  using Value = std::optional<std::string>;
  using Map = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  /// nullptr: this layer says nothing about that key.
  [[nodiscard]] const Value* find(std::string_view full_key) const;
  void set(std::string_view full_key, std::optional<std::string_view> value);
  /// The first key of this layer, also an erased one, from `full_key` on and within the same view.
  [[nodiscard]] std::optional<std::string_view> next_key(std::string_view full_key);

  [[nodiscard]] const Map& rows() const { return rows_; }
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// About what the rows take in memory.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  void clear();

 private:
  Map rows_;
  // Order costs more than finding, and few views ask for it: each view's is made when it is first asked for.
  std::unordered_map<ViewNumber, std::set<std::string_view>> ordered_;
  std::size_t bytes_ = 0;
};

}  // namespace tweestap::eventstore
