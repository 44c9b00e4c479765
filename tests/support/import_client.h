#pragma once
// Sends an import over a socket of its own, and reads its results while it is still sending.
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tweestap::tests {

struct ImportAnswer {
  int status = 0;
  std::vector<std::string> lines;  ///< results, one JSON object each
  bool whole = false;              ///< the answer had its end
};

/// `url` is staff's `http://127.0.0.1:PORT`. `each(n)` is called behind the nth result, from the calling thread. Where
/// `sends_first`, nothing is read before all is sent, as simple clients do. Status 0 where nobody answers.
[[nodiscard]] ImportAnswer send_import(const std::string& url, const std::string& token, std::string_view lines,
                                       const std::function<void(std::size_t)>& each = {}, bool sends_first = false);

}  // namespace tweestap::tests
