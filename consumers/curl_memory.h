#pragma once
// libcurl copies what it is given to send, and frees it as it lies. It is handed memory that is wiped when it is freed
// (KEY-3).

namespace tweestap::consumers {

/// Prepares libcurl once for the process; true where it is ready. Before any other call of it. Any thread.
[[nodiscard]] bool prepare_curl();

}  // namespace tweestap::consumers
