#pragma once
// Numbers in bytes whose form others depend on: what lies under a mac, what the store remembers.
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace tweestap::consumers::kafka {

template <std::unsigned_integral Number>
void append_big_endian(Number number, std::string& out) {
  for (int shift = static_cast<int>(sizeof number) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift & 0xff));
  }
}

/// From the front of `bytes`, which has as many.
template <std::unsigned_integral Number>
[[nodiscard]] Number read_big_endian(std::string_view bytes) {
  Number number = 0;
  for (const char byte : bytes.substr(0, sizeof number)) {
    number = static_cast<Number>(number << 8 | static_cast<std::uint8_t>(byte));
  }
  return number;
}

}  // namespace tweestap::consumers::kafka
