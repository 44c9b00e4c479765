#pragma once
// Packing what browsers unpack.
#include <string>
#include <string_view>

namespace tweestap::http {

/// `content` in the gzip form (RFC 1952), as small as zlib makes it, without a name or a time in it; empty where that
/// is no smaller. Any thread.
[[nodiscard]] std::string gzip(std::string_view content);

}  // namespace tweestap::http
