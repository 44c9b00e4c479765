#pragma once

#include <string_view>

namespace tweestap::platform {

/// Ends the process with the reason on stderr: for what only wrong code of ours can cause. Never returns.
[[noreturn]] void bug(std::string_view reason) noexcept;

}  // namespace tweestap::platform
