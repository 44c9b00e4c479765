#pragma once
// What an organisation puts into the pages: its name, where to get help, its logo, its colour.
#include <expected>
#include <functional>
#include <map>
#include <string>

#include "http/pages/colour.h"
#include "platform/failure.h"
#include "platform/settings/settings.h"

namespace tweestap::http {

inline constexpr std::size_t kLogoBytesMax = 64 * 1024;  // on every first visit, and of all pages there are 100 KiB

struct Organisation {
  std::string name;
  std::map<std::string, std::string, std::less<>> help;  ///< a sentence, by language: where to get help
  std::string support;                                   ///< how to reach that help; empty: nothing is said
  std::string logo_name;                                 ///< logo.svg or logo.png; empty: the one that ships
  std::string logo;                                      ///< its content
  Colour accent;
};

/// Reads the logo that the settings name. Invalid or Unavailable, with a sentence that names the setting.
[[nodiscard]] std::expected<Organisation, platform::Failure> organisation_of(const platform::Settings& settings);

/// The style sheet with the organisation's colour, for light and dark.
[[nodiscard]] std::string organisation_css(const Colour& accent);

}  // namespace tweestap::http
