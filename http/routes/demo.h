#pragma once
// What only a demo shows, so OpenAPI does not tell of it.
#include <filesystem>

#include "http/route.h"

namespace tweestap::http {

/// GET /demo/messages: what the file gateway wrote to `file`, on people's listener.
[[nodiscard]] Route demo_messages_route(std::filesystem::path file);

}  // namespace tweestap::http
