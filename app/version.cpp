#include "app/version.h"

#ifndef TWEESTAP_VERSION
#error "CMakeLists.txt defines TWEESTAP_VERSION for this file"
#endif

namespace tweestap::app {

std::string_view version() { return TWEESTAP_VERSION; }

}  // namespace tweestap::app
