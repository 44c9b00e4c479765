#pragma once
// What only a demo shows, so OpenAPI does not tell of it.
#include <filesystem>
#include <vector>

#include "http/pages/pages.h"
#include "http/route.h"

namespace tweestap::http {

inline constexpr const char* kDemoPhonePath = "/demo/phone";

/// On people's listener: GET /demo/messages, which is what the file gateway wrote to `file`, and GET /demo/phone, the
/// page that shows them as a phone would. `pages` outlives the routes.
[[nodiscard]] std::vector<Route> demo_routes(std::filesystem::path file, const Pages& pages);

}  // namespace tweestap::http
