#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tweestap::platform {

/// How many characters have to be changed, added or left out to make one text of the other (Levenshtein). Only the
/// first 64 characters of each are looked at: no name is longer, and the work grows with both.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name that somebody most likely meant who wrote `wanted`: one whose last part it is (`data` for `storage.data`),
/// or else the most similar, however little that is. Empty where there are no names.
[[nodiscard]] std::string nearest_name(std::string_view wanted, const std::vector<std::string>& names);

/// The same, if at most half of the letters are to be changed: beyond that it would send the reader the wrong way.
[[nodiscard]] std::optional<std::string> near_name(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace tweestap::platform
