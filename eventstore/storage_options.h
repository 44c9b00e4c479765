#pragma once
// How RocksDB is set up, each choice beside its reason. Only for eventstore/.
#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include "eventstore/storage.h"

namespace tweestap::eventstore {

[[nodiscard]] rocksdb::DBOptions database_options(const StorageSettings& settings);
[[nodiscard]] rocksdb::ColumnFamilyOptions family_options(Family family, const std::shared_ptr<rocksdb::Cache>& cache);
/// RocksDB's own log, dropped: for opening without changing a file.
[[nodiscard]] std::shared_ptr<rocksdb::Logger> silent_logger();

}  // namespace tweestap::eventstore
