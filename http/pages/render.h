#pragma once
// Filling in what a page leaves open. It happens once, at the start, so there is neither a branch nor a loop in a page:
// what depends on a person is the business of its script.
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "http/texts.h"
#include "platform/failure.h"

namespace tweestap::http {

/// What takes the place of `{{name}}`, by name.
using PageValues = std::map<std::string_view, std::string_view>;

/// The file `name` with its `{{include parts/x.html}}` replaced by those files, which may include others, and each
/// `{{name}}` by its value, escaped for HTML. Invalid, with a sentence, for a file or a value that is not there, a file
/// that includes itself, and braces that are not closed.
[[nodiscard]] std::expected<std::string, platform::Failure> render_page(std::string_view name,
                                                                        std::span<const EmbeddedFile> files,
                                                                        const PageValues& values);

/// As the text of an element or of an attribute in quotes (HTML, 13.3).
void append_html_escaped(std::string& out, std::string_view text);

}  // namespace tweestap::http
