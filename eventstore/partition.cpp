#include "eventstore/partition.h"

#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "eventstore/committer.h"
#include "eventstore/creation.h"
#include "eventstore/keys.h"
#include "eventstore/partition_opening.h"
#include "eventstore/pending.h"
#include "eventstore/view_checkpoints.h"
#include "platform/bug.h"
#include "platform/files.h"

namespace tweestap::eventstore {
namespace {

using platform::Failure;

constexpr std::size_t kCursorNameBytesMax = 64;

// Threads of the ring file and of RocksDB report their failures here; they may live a little before and after the
// committer. Thread rule: any thread.
class FailureRelay {
 public:
  void fail(const Failure& failure) {
    const std::scoped_lock lock{mutex_};
    if (committer_ != nullptr) committer_->fail(failure);
    failed_ = failed_ ? failed_ : failure;
  }
  void set(Committer* committer) {
    const std::scoped_lock lock{mutex_};
    committer_ = committer;
    if (committer_ != nullptr && failed_) committer_->fail(*failed_);
  }

 private:
  std::mutex mutex_;
  Committer* committer_ = nullptr;
  std::optional<Failure> failed_;
};

std::string note_key(std::string_view name) { return std::string{name}.append("/note"); }

// Without a note where that is empty.
std::expected<void, Failure> write_cursor(Storage& storage, std::string_view name, std::uint64_t position,
                                          std::string_view note) {
  if (name.empty() || name.size() > kCursorNameBytesMax) platform::bug("a follower's name is over its maximum");
  rocksdb::WriteBatch batch;
  rocksdb::ColumnFamilyHandle* const cursors = storage.handle(Family::Cursors);
  auto added = batch.Put(cursors, rocksdb::Slice{name.data(), name.size()}, position_key(position));
  if (added.ok() && !note.empty()) added = batch.Put(cursors, note_key(name), rocksdb::Slice{note.data(), note.size()});
  if (!added.ok()) return std::unexpected(failure_of(added, "writing a follower's cursor"));
  return storage.write_unsynced(batch);
}

}  // namespace

// In the order of making; taken down the other way round.
struct Partition::State {
  explicit State(OpenedStore opened) : store(std::move(opened)) {}
  OpenedStore store;
  std::shared_ptr<Storage> storage;
  std::unique_ptr<Applying> applying;
  std::unique_ptr<Appender> appender;
  std::unique_ptr<DiskWatermark> watermark;
  FailureRelay relay;
  std::unique_ptr<RecoveryFloor> floor;
  std::unique_ptr<Committer> committer;
};

Partition::Partition() = default;
Partition::~Partition() {
  if (state_) stop();
}

std::expected<std::unique_ptr<Partition>, Failure> Partition::create(OpenedStore store, PartitionSettings settings,
                                                                     Decider& decider, std::vector<InlineView*> views,
                                                                     const platform::Clock& clock,
                                                                     platform::RandomSource& random) {
  return PartitionOpening::open(std::move(store), std::move(settings), decider, std::move(views), clock, random, {});
}

std::expected<std::unique_ptr<Partition>, Failure> PartitionOpening::open(
    OpenedStore store, PartitionSettings settings, Decider& decider, std::vector<InlineView*> views,
    const platform::Clock& clock, platform::RandomSource& random, const WrapAppender& wrap) {
  std::unique_ptr<Partition> partition{new Partition};
  partition->state_ = std::make_unique<Partition::State>(std::move(store));
  Partition::State& state = *partition->state_;
  state.storage = state.store.storage_;
  const std::uint64_t head = state.store.head_->head().position;
  if (auto current = settle_checkpoints(*state.storage, head, views); !current) {
    return std::unexpected(current.error());
  }
  auto applying = Applying::load(state.storage, std::move(views));
  if (!applying) return std::unexpected(std::move(applying.error()));
  state.applying = std::move(*applying);
  state.appender = std::make_unique<LocalAppender>(state.storage);
  if (wrap) state.appender = wrap(std::move(state.appender));
  const OpenSettings& opened = state.store.settings_;
  state.watermark = std::make_unique<DiskWatermark>(opened.reserve_bytes,
                                                    [data = opened.data] { return platform::free_bytes(data); });

  auto floor = RecoveryFloor::open(ring_file(opened.data),
                                   [&relay = state.relay](const Failure& failure) { relay.fail(failure); });
  if (!floor) return std::unexpected(std::move(floor.error()));
  state.floor = std::move(*floor);
  state.committer = std::make_unique<Committer>(
      CommitterParts{*state.applying, *state.appender, *state.floor, *state.store.head_, decider, *state.watermark,
                     state.storage->recent_rows(), clock, random},
      Committer::Settings{.queue_max = settings.queue_max,
                          .answers_max = settings.answers_max,
                          .metrics = settings.metrics != nullptr ? CommitMetrics{*settings.metrics} : CommitMetrics{},
                          .on_clock_jump = std::move(settings.on_clock_jump),
                          .on_fatal = std::move(settings.on_fatal)});
  state.relay.set(state.committer.get());
  state.storage->on_background_failure([&relay = state.relay](const Failure& failure) { relay.fail(failure); });
  return partition;
}

std::expected<Committed, Failure> Partition::submit(Submission submission) {
  return state_->committer->submit(std::move(submission));
}

struct SubmittedTogether::State {
  std::deque<Pending> pending;  // which never moves its elements
  std::vector<std::expected<void, Failure>> added;
  bool waited = false;
};

SubmittedTogether::SubmittedTogether(std::unique_ptr<State> state) : state_(std::move(state)) {}
SubmittedTogether::SubmittedTogether(SubmittedTogether&&) noexcept = default;
SubmittedTogether& SubmittedTogether::operator=(SubmittedTogether&& other) noexcept {
  if (state_ && !state_->waited) static_cast<void>(wait());
  state_ = std::move(other.state_);
  return *this;
}
SubmittedTogether::~SubmittedTogether() {
  if (state_ && !state_->waited) static_cast<void>(wait());
}

std::vector<std::expected<Committed, Failure>> SubmittedTogether::wait() {
  state_->waited = true;
  std::vector<std::expected<Committed, Failure>> results;
  results.reserve(state_->pending.size());
  for (std::size_t i = 0; i < state_->pending.size(); ++i) {
    if (const auto& added = state_->added[i]; !added) {
      results.emplace_back(std::unexpected(added.error()));
    } else {
      results.push_back(state_->pending[i].wait());
    }
  }
  return results;
}

SubmittedTogether Partition::submit_together(std::vector<Submission> submissions) {
  auto together = std::make_unique<SubmittedTogether::State>();
  for (Submission& one : submissions) {
    Pending& pending = together->pending.emplace_back(std::move(one));
    together->added.push_back(state_->committer->enqueue(pending));
  }
  return SubmittedTogether{std::move(together)};
}

const Reader& Partition::reader() const { return state_->store.reader(); }

std::expected<std::uint64_t, Failure> Partition::cursor(std::string_view name) const {
  const auto value = state_->storage->get(Family::Cursors, name);
  if (!value) return std::unexpected(value.error());
  if (!*value) return 0;
  if ((*value)->size() != 8) return std::unexpected(damaged("a follower's cursor does not read back"));
  return read_u64(**value);
}

std::expected<std::string, Failure> Partition::cursor_note(std::string_view name) const {
  auto note = state_->storage->get(Family::Cursors, note_key(name));
  if (!note) return std::unexpected(std::move(note.error()));
  return std::move(*note).value_or(std::string{});
}

std::expected<void, Failure> Partition::set_cursor(std::string_view name, std::uint64_t position) {
  return write_cursor(*state_->storage, name, position, {});
}

std::expected<void, Failure> Partition::set_cursor(std::string_view name, std::uint64_t position,
                                                   std::string_view note) {
  if (note.empty() || note.size() > kCursorNoteBytesMax) platform::bug("a follower's note is out of bounds");
  return write_cursor(*state_->storage, name, position, note);
}

std::expected<void, Failure> Partition::accepts() const { return state_->committer->accepts(); }

std::size_t Partition::waiting() const { return state_->committer->waiting(); }

void Partition::stop() {
  if (!state_->committer) return;  // it was never started
  state_->committer->stop();
  // Cursors that were written since the last batch. After a failure nothing is synced again: what the disk holds then
  // is not known, and RocksDB ends the process that tries.
  if (!state_->committer->failed()) {
    if (auto synced = state_->storage->sync_wal(); !synced) state_->committer->fail(synced.error());
  }
  state_->storage->on_background_failure({});
  state_->relay.set(nullptr);
}

}  // namespace tweestap::eventstore
