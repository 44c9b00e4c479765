#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tweestap::platform {

/// How many characters have to be changed, added or left out to make one text of the other (Levenshtein). Only the
/// first 64 characters of each are looked at: no name is longer, and the work grows with both.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name that is most like `wanted`; the first of several. `names` is not empty.
[[nodiscard]] std::string nearest_name(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace tweestap::platform
