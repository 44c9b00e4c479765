#pragma once
// The keys under which records of the stream are authenticated, by version.
#include <cstdint>
#include <map>

#include "platform/crypto/secret.h"

namespace tweestap::consumers::kafka {

/// Never empty. The last version is used for new records, an older one is there so that records of before still read.
using MacKeys = std::map<std::uint32_t, platform::Secret>;

}  // namespace tweestap::consumers::kafka
