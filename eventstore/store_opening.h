#pragma once
// open_store() with what tests put under it. Only for eventstore/ and its tests.
#include "eventstore/opening.h"
#include "eventstore/storage.h"

namespace tweestap::eventstore {

struct StorageFaults {
  rocksdb::Env* env = nullptr;  ///< a disk that fails, or loses what was not synced
  bool sync = true;             ///< false: what the tests of DUR-1 have to notice
};

class StoreOpening {
 public:
  [[nodiscard]] static std::expected<OpenedStore, platform::Failure> open(const OpenSettings& settings,
                                                                          platform::RandomSource& random,
                                                                          const StorageFaults& faults);
  [[nodiscard]] static Storage& storage_of(OpenedStore& store) { return *store.storage_; }
};

}  // namespace tweestap::eventstore
