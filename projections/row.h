#pragma once
// Typed rows: a described struct in, a described struct out.
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "projections/projection.h"
#include "projections/row_codec.h"

namespace tweestap::projections {

/// Writes a row. Thread rule: as the rows'.
template <domain::DescribedRow T>
void write_row(Rows& rows, ViewNumber view, std::string_view key, const T& row) {
  std::string bytes;
  encode_row(row, bytes);
  rows.put(view, key, bytes);
}

/// Nothing where there is no such row; Damaged where it does not decode, or the failure of the read.
template <domain::DescribedRow T>
[[nodiscard]] std::expected<std::optional<T>, Failure> read_row(RowReader& rows, ViewNumber view, std::string_view key,
                                                                std::string_view view_name) {
  std::string bytes;
  if (!rows.get(view, key, bytes)) {
    if (rows.failure()) return std::unexpected(*rows.failure());
    return std::optional<T>{};
  }
  auto row = decode_row<T>(bytes);
  if (!row) return std::unexpected(damaged_row(view_name));
  return std::optional<T>{*std::move(row)};
}

}  // namespace tweestap::projections
