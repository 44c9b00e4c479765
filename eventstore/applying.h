#pragma once
// What follows from a batch: streams, rows, tree, answers and head. The only writer of those, on the live path as in a
// rebuild of a node from its batches. Draws nothing, opens nothing sealed, reads no clock. Only for eventstore/ and its
// tests.
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "domain/ids.h"
#include "eventstore/answers_table.h"
#include "eventstore/batch.h"
#include "eventstore/envelope.h"
#include "eventstore/inline_view.h"
#include "eventstore/layered_rows.h"
#include "eventstore/log.h"
#include "eventstore/record.h"
#include "eventstore/storage.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// A batch and all that follows from it, ready to be stored in one write.
struct Applied {
  rocksdb::WriteBatch write;
  Head head;
  std::shared_ptr<BatchRows> rows;  ///< to be published once it is stored
};

/// The last versions of streams that were in use lately. Two halves as RecentRows; a batch's own versions survive until
/// the batch after the next begins, by when they are stored.
class StreamVersions {
 public:
  [[nodiscard]] std::optional<std::uint64_t> find(const domain::Subject& subject);
  void set(const domain::Subject& subject, std::uint64_t version) { young_[subject] = version; }
  void batch_begins();

 private:
  // About 64 bytes each: 16 MiB for both halves, and more accounts than log in within a quarter of an hour.
  static constexpr std::size_t kSubjectsMax = 1 << 17;
  struct Hash {
    std::size_t operator()(const domain::Subject& subject) const noexcept;
  };
  using Map = std::unordered_map<domain::Subject, std::uint64_t, Hash>;
  Map young_;
  Map old_;
};

/// Thread rule: one thread. At most one batch is on its way: the next depart() says that it is stored.
class Applying {
 public:
  /// Goes on from what is stored. Damaged where head and tree do not fit each other.
  [[nodiscard]] static std::expected<std::unique_ptr<Applying>, platform::Failure> load(
      std::shared_ptr<const Storage> storage, std::vector<InlineView*> views);

  /// A whole batch: begin, every entry, finish, depart. It has to be stored before the next one is applied.
  [[nodiscard]] std::expected<Applied, platform::Failure> apply(const Batch& batch);

  // The parts, for the committer, whose next command sees what the one before did. After a failure of any nothing of
  // this object counts any more.

  /// Refuses (Damaged) a batch that does not continue this log. Looks at nothing but its first members.
  [[nodiscard]] std::expected<void, platform::Failure> begin(const Batch& batch);
  [[nodiscard]] std::expected<void, platform::Failure> apply_entry(const Batch& batch, const Entry& entry);
  /// Looks at the batch's answers. An `Applied` without a write (Count() 0) need not be stored.
  [[nodiscard]] std::expected<Applied, platform::Failure> finish(const Batch& batch);
  /// The finished batch is about to be stored, or already is; the one that departed before is stored.
  void depart();

  [[nodiscard]] Rows& rows() { return rows_; }
  [[nodiscard]] const AnswersTable& answers() const { return answers_; }
  /// As of everything applied, also of the batch in hand; its root is that of the last finish().
  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] const domain::LogId& log() const { return log_; }
  [[nodiscard]] std::expected<std::uint64_t, platform::Failure> version_of(const domain::Subject& subject);

 private:
  Applying(std::shared_ptr<const Storage> storage, std::vector<InlineView*> views, domain::LogId log, Head head,
           MerkleFrontier frontier);
  [[nodiscard]] std::expected<void, platform::Failure> check_place(const Batch& batch, const Entry& entry,
                                                                   const Envelope& envelope);
  [[nodiscard]] std::expected<void, platform::Failure> apply_views(const Envelope& envelope);
  void put(Family family, std::string_view key, std::string_view value);

  std::shared_ptr<const Storage> storage_;
  std::vector<InlineView*> views_;
  LayeredRows rows_;
  AnswersTable answers_;
  domain::LogId log_;
  Head head_;
  MerkleFrontier frontier_;
  StreamVersions versions_;
  rocksdb::WriteBatch write_;
  std::vector<TreeNode> completed_;
};

/// What a view sees of an envelope.
[[nodiscard]] Stored stored_of(const Envelope& envelope);
/// The last version of a stream as stored; 0 without events.
[[nodiscard]] std::expected<std::uint64_t, platform::Failure> stored_version(const Storage& storage,
                                                                             const domain::Subject& subject);
/// The right edge of a tree of that size; Damaged where a subtree is missing.
[[nodiscard]] std::expected<MerkleFrontier, platform::Failure> load_frontier(const Storage& storage,
                                                                             std::uint64_t size);
/// Whose store this is, and where its log ends. Invalid where it is none of ours, or of another format.
[[nodiscard]] std::expected<domain::LogId, platform::Failure> load_identity(const Storage& storage);
[[nodiscard]] std::expected<Head, platform::Failure> load_head(const Storage& storage);

}  // namespace tweestap::eventstore
