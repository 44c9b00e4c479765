#pragma once
// The countries that a policy may name.
#include <string_view>

namespace tweestap::http {

/// An officially assigned ISO 3166-1 alpha-2 code, in upper case: 249 of them.
[[nodiscard]] bool is_country(std::string_view code);

}  // namespace tweestap::http
