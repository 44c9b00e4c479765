#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tweestap::platform {

using Bytes = std::span<const std::uint8_t>;

/// The bytes of a text, without copying. The text has to outlive the span.
inline Bytes bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// The text that the bytes are, without copying or judging them (they need not be UTF-8).
inline std::string_view text_of(Bytes bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tweestap::platform
