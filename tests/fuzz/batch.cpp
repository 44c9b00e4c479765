// Batches read from disk (INP-2): what is accepted is exactly what would be written, and nothing is allocated beyond
// its size.
#include "eventstore/batch.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tweestap::eventstore;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto batch = decode_batch(bytes);
  if (batch && encode_batch(*batch) != bytes) std::abort();
  return 0;
}
