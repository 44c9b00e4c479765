#include "http/pages/organisation.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "platform/files.h"
#include "platform/text/unicode.h"

namespace tweestap::http {
namespace {

using platform::Failure;
using platform::invalid;

bool contains_in_any_case(std::string_view text, std::string_view lower_case) {
  return !std::ranges::search(text, lower_case, {}, [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
          }).empty();
}

// An element of XML, behind whatever may stand before it: a byte order mark, a declaration, comments.
bool is_svg(std::string_view content) {
  if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
  const std::size_t first = content.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && content[first] == '<' && content.contains("<svg") &&
         platform::is_utf8(content);
}

// What keeps a script in an image from running is the policy that it is served with, and that pages show it as <img>.
// This only tells whoever put it there, in words.
std::expected<std::string, Failure> logo_name_of(std::string_view content) {
  if (content.starts_with("\x89PNG\r\n\x1a\n")) return "logo.png";  // PNG specification, 5.2
  if (!is_svg(content)) return std::unexpected(invalid("organisation.logo has to be an SVG or a PNG image"));
  if (contains_in_any_case(content, "<script")) {
    return std::unexpected(invalid("organisation.logo has a script in it, which no browser would run: take it out"));
  }
  return "logo.svg";
}

}  // namespace

std::expected<Organisation, Failure> organisation_of(const platform::Settings& settings) {
  const auto accent = Colour::parse(settings.organisation_colour);
  if (!accent) {
    return std::unexpected(invalid("organisation.colour wants a colour such as #0b6b6b, and not \"" +
                                   settings.organisation_colour + "\""));
  }
  Organisation organisation{.name = settings.organisation_name,
                            .help = {{"en", settings.organisation_help_en}, {"nl", settings.organisation_help_nl}},
                            .support = settings.organisation_support,
                            .logo_name = {},
                            .logo = {},
                            .accent = *accent};
  if (settings.organisation_logo.empty()) return organisation;
  auto logo = platform::read_small_file(settings.organisation_logo, kLogoBytesMax);
  if (!logo) {
    logo.error().reason.insert(0, "organisation.logo: ");
    return std::unexpected(std::move(logo.error()));
  }
  auto name = logo_name_of(*logo);
  if (!name) return std::unexpected(std::move(name.error()));
  organisation.logo_name = std::move(*name);
  organisation.logo = std::move(*logo);
  return organisation;
}

std::string organisation_css(const Colour& accent) {
  const Colour on_light = readable_on_light(accent);
  const Colour on_dark = readable_on_dark(accent);
  return ":root {\n  --accent: " + on_light.text() + ";\n  --on-accent: " + text_colour_on(on_light).text() +
         ";\n  --accent-on-dark: " + on_dark.text() + ";\n  --on-accent-dark: " + text_colour_on(on_dark).text() +
         ";\n}\n";
}

}  // namespace tweestap::http
