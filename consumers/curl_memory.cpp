#include "consumers/curl_memory.h"

#include <curl/curl.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "platform/crypto/secret.h"

namespace tweestap::consumers {
namespace {

void* allocate(std::size_t size) { return std::malloc(size); }

void* allocate_zeros(std::size_t count, std::size_t size) { return std::calloc(count, size); }

void wipe_and_free(void* memory) {
  if (memory == nullptr) return;
  platform::wipe_memory({static_cast<std::uint8_t*>(memory), ::malloc_usable_size(memory)});
  std::free(memory);
}

// realloc itself would leave the old block behind where it moves.
void* move_to_size(void* memory, std::size_t size) {
  if (memory == nullptr) return std::malloc(size);
  void* const larger = std::malloc(size);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, memory, std::min(size, ::malloc_usable_size(memory)));
  wipe_and_free(memory);
  return larger;
}

char* duplicate(const char* text) {
  const std::size_t size = std::strlen(text) + 1;
  auto* const copy = static_cast<char*>(std::malloc(size));
  if (copy != nullptr) std::memcpy(copy, text, size);
  return copy;
}

}  // namespace

bool prepare_curl() {
  static const bool kReady = ::curl_global_init_mem(CURL_GLOBAL_DEFAULT, allocate, wipe_and_free, move_to_size,
                                                    duplicate, allocate_zeros) == CURLE_OK;
  return kReady;
}

}  // namespace tweestap::consumers
