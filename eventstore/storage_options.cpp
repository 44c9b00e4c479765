#include "eventstore/storage_options.h"

#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

namespace tweestap::eventstore {
namespace {

class SilentLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Most look-ups find nothing, or something that left the memtable: both are told by a filter.
void expect_point_lookups(rocksdb::ColumnFamilyOptions& options, rocksdb::BlockBasedTableOptions& table) {
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;  // of the memtable, for its filter
  // Rows are written again and again, so young tables soon become others: compressing them costs more than it saves.
  options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression, rocksdb::kLZ4Compression};
}

// Positions only grow, and so do the indices of each level of the tree (its keys' first byte): an insertion goes on
// where the last one was, instead of searching for its place.
void expect_keys_in_order(rocksdb::ColumnFamilyOptions& options) {
  options.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(1));
}

}  // namespace

rocksdb::DBOptions database_options(const StorageSettings& settings) {
  rocksdb::DBOptions options;
  if (settings.env != nullptr) options.env = settings.env;
  // Durability: no write-ahead log is ever reused, held back in memory or left unchecked.
  options.paranoid_checks = true;
  options.track_and_verify_wals_in_manifest = true;
  options.recycle_log_file_num = 0;
  options.manual_wal_flush = false;
  options.wal_bytes_per_sync = 0;
  options.max_total_wal_size = settings.wal_bytes;
  // A torn tail ends the log there; whether that lost anything acknowledged is the recovery floor's question.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // A failed write is never tried again: what the disk holds then is not known (DUR-3).
  options.max_bgerror_resume_count = 0;
  // Memory of a small machine: all memtables together stay under half the write-ahead log's bound.
  options.db_write_buffer_size = settings.wal_bytes / 2;
  options.max_open_files = 256;
  options.max_background_jobs = 2;
  // RocksDB's own log: enough for a look after trouble, bounded.
  options.keep_log_file_num = 4;
  options.max_log_file_size = std::size_t{4} << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  // Its statistics of every table file are not needed to start (P-8: under 2 s with 10^7 events).
  options.skip_stats_update_on_db_open = true;
  return options;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // Index and filters count against the cache, so that memory does not grow with the log.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  // What was just written is what is asked for next: the second step comes within a minute of the first.
  table.prepopulate_block_cache = rocksdb::BlockBasedTableOptions::PrepopulateBlockCache::kFlushOnly;
  table.checksum = rocksdb::kXXH3;

  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = std::size_t{16} << 20;
  options.compression = rocksdb::kLZ4Compression;
  switch (family) {
    case Family::Events:
      table.block_size = std::size_t{16} << 10;  // read in sequence
      expect_keys_in_order(options);
      break;
    case Family::Streams:
    case Family::Rows:
    case Family::Answers:
      expect_point_lookups(options, table);
      break;
    case Family::Sealed:
    case Family::Tree:
      options.compression = rocksdb::kNoCompression;  // random bytes
      expect_keys_in_order(options);
      break;
    case Family::Meta:
    case Family::Cursors:
      break;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

std::shared_ptr<rocksdb::Logger> silent_logger() { return std::make_shared<SilentLogger>(); }

}  // namespace tweestap::eventstore
