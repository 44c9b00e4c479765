#include "platform/settings/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tweestap::platform {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongest = 64;
  a = a.substr(0, kLongest);
  b = b.substr(0, kLongest);
  std::vector<std::size_t> row(b.size() + 1);  // distances of a's beginning to every beginning of b
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearest_name(std::string_view wanted, const std::vector<std::string>& names) {
  const auto last_part = [&](std::string_view name) {
    const std::size_t rest = name.size() - std::min(name.size(), wanted.size());
    return rest > 0 && name.ends_with(wanted) && (name[rest - 1] == '.' || name[rest - 1] == '_');
  };
  if (names.empty()) return {};
  if (const auto found = std::ranges::find_if(names, last_part); found != names.end() && !wanted.empty()) return *found;
  return *std::ranges::min_element(names, {}, [&](const std::string& name) { return edit_distance(wanted, name); });
}

std::optional<std::string> near_name(std::string_view wanted, const std::vector<std::string>& names) {
  const std::string nearest = nearest_name(wanted, names);
  if (nearest.empty() || wanted.empty()) return std::nullopt;
  const bool near = nearest.ends_with(wanted) || edit_distance(wanted, nearest) <= wanted.size() / 2;
  return near ? std::optional{nearest} : std::nullopt;
}

}  // namespace tweestap::platform
