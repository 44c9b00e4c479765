#pragma once
// CRC-32C (Castagnoli; RFC 3720, appendix B.4): finds torn and flipped records, against accidents and not against
// anybody who writes.
#include <cstdint>

#include "platform/bytes.h"

namespace tweestap::eventstore {

/// The checksum of `bytes`, going on from the checksum of what came before them (0: nothing). Any thread.
[[nodiscard]] std::uint32_t crc32c(platform::Bytes bytes, std::uint32_t before = 0) noexcept;

}  // namespace tweestap::eventstore
