#include "eventstore/crc32c.h"

#include <array>

namespace tweestap::eventstore {
namespace {

constexpr std::array<std::uint32_t, 256> kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = value;
  }
  return table;
}();

}  // namespace

std::uint32_t crc32c(platform::Bytes bytes, std::uint32_t before) noexcept {
  std::uint32_t value = ~before;
  for (const std::uint8_t byte : bytes) value = value >> 8 ^ kTable[(value ^ byte) & 0xff];
  return ~value;
}

}  // namespace tweestap::eventstore
