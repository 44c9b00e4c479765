#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "platform/failure.h"

namespace tweestap::platform {

/// A QR code (ISO/IEC 18004) as an SVG element: error level M, quiet zone of four modules, black on white, one unit a
/// module, no script and no outside reference. At most 1,024 bytes of text: otherwise Invalid.
[[nodiscard]] std::expected<std::string, Failure> qr_svg(std::string_view text);

}  // namespace tweestap::platform
