#pragma once
// What one commit stores, as a value: locally it becomes one synced write, in a cluster one record of the log.
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"
#include "platform/crypto/hash.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// One event: its envelope bytes, and what is sealed beside it (empty: nothing).
struct Entry {
  std::string envelope;
  std::string sealed_personal;
  std::string sealed_secret;
  bool operator==(const Entry&) const = default;
};

/// An answer to keep: answer_record_key() and what seal_answer() made, which says until when.
struct StoredAnswer {
  std::string record_key;
  std::string value;
  bool operator==(const StoredAnswer&) const = default;
};

/// Whatever is random, secret, a setting or read from a clock was drawn before and lies in here as bytes: applying it
/// is a function of the batch and the store.
struct Batch {
  domain::LogId log;
  std::uint64_t first_position = 0;  ///< of entries[0]; the next one also where there are no entries
  platform::Digest previous_root{};  ///< of the log before this batch
  domain::Time time;
  std::vector<Entry> entries;
  std::vector<std::string> new_wrapped_keys;  ///< locally already durable in the key database
  std::vector<StoredAnswer> answers;
  std::uint32_t answers_max = 0;  ///< http.answers_max when it was made: beyond it the oldest answers go

  [[nodiscard]] std::uint64_t count() const { return entries.size(); }
  bool operator==(const Batch&) const = default;
};

/// A batch takes no further command beyond either: the wait of the first caller stays short, and a cluster's record
/// under Kafka's usual 1 MiB. A single command may exceed the bytes by its own size.
inline constexpr std::size_t kBatchEntriesMax = 1024;
inline constexpr std::size_t kBatchBytesMax = std::size_t{768} << 10;

/// Format byte, then the members in their order; lengths as big-endian u32.
[[nodiscard]] std::string encode_batch(const Batch& batch);
/// Damaged where the bytes are not exactly what encode_batch() writes (INP-2); nothing is allocated beyond their size.
[[nodiscard]] std::expected<Batch, platform::Failure> decode_batch(std::string_view bytes);

}  // namespace tweestap::eventstore
