#pragma once
#include <string_view>

namespace tweestap::app {

/// `0.1.0 (1a2b3c4d)`: version and commit; the commit is missing where the sources are no checkout.
[[nodiscard]] std::string_view version();

}  // namespace tweestap::app
