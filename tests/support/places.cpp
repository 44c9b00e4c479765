#include "tests/support/places.h"

namespace tweestap::tests {

std::filesystem::path source_dir() { return TWEESTAP_SOURCE_DIR; }
std::filesystem::path program() { return TWEESTAP_PROGRAM; }

}  // namespace tweestap::tests
