#include "platform/bug.h"

#include <cstdio>
#include <cstdlib>

namespace tweestap::platform {

void bug(std::string_view reason) noexcept {
  std::fprintf(stderr, "bug: %.*s\n", static_cast<int>(reason.size()), reason.data());
  std::abort();
}

}  // namespace tweestap::platform
