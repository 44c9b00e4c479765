#pragma once
// Lists with q-values: Accept-Language, Accept-Encoding (RFC 9110, 12.4.2). Any thread.
#include <string_view>
#include <vector>

namespace tweestap::http {

struct Weighted {
  std::string_view value;  ///< without blanks around it; points into the header
  int thousandths;         ///< its q; 1000 where it has none, 0 where that is malformed: not wanted
};

/// In the order of the header, whose size bounds how many there are.
[[nodiscard]] std::vector<Weighted> weighted_list(std::string_view header);

}  // namespace tweestap::http
