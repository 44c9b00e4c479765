#pragma once

#include <string>
#include <string_view>

namespace tweestap::platform {

// Text that somebody else chose, where a terminal, a collector of logs or a person reads it (LOG-2). Any thread.

/// Appends `text` as the inside of a JSON string: what is read back is what was there, but for bytes that are no UTF-8,
/// which become the text \xNN. Controls, line separators, what turns the direction of writing and what is invisible are
/// escaped, all else is as it is.
void append_escaped(std::string& out, std::string_view text);

/// Whether it is one word of ASCII's letters, digits and ._:/@+- , which needs no quotes behind `name=`.
[[nodiscard]] bool is_plain_word(std::string_view text);

/// What may stand behind `name=`: a plain word as it is, anything else as a JSON string, so that no value can look as
/// if another member began in it.
[[nodiscard]] std::string word_or_quoted(std::string_view text);

}  // namespace tweestap::platform
