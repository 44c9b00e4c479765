#pragma once

#include <string_view>

namespace tweestap::platform {

/// Passwords of at least eight characters that everybody tries first, one a line, in lower case. Part of the program,
/// so that it refuses them also where no `password.blocklist` is configured.
[[nodiscard]] std::string_view common_passwords() noexcept;

}  // namespace tweestap::platform
