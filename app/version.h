#pragma once
#include <string>
#include <string_view>

namespace tweestap::app {

/// `0.1.0`: the version without the commit.
[[nodiscard]] std::string_view release();

/// `0.1.0 (1a2b3c4d)`: version and commit; the commit is missing where the sources are no checkout.
[[nodiscard]] std::string version();

/// `{"version":"0.1.0","commit":"1a2b3c4d"}`; the commit is missing as above.
[[nodiscard]] std::string version_json();

}  // namespace tweestap::app
