#pragma once
// How long the slowest took.
#include <algorithm>
#include <cstddef>
#include <vector>

namespace tweestap::tests {

/// The value below which this part of them lies, from 0 (the smallest) to 1 (the largest); 0 where there are none.
template <class T>
[[nodiscard]] T percentile(std::vector<T> values, double of) {
  if (values.empty()) return T{};
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(of * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, at);
  return *at;
}

}  // namespace tweestap::tests
