#pragma once
// Decides commands and makes them durable, many with one sync. Only for eventstore/ and its tests.
#include <atomic>
#include <condition_variable>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "eventstore/appender.h"
#include "eventstore/applying.h"
#include "eventstore/batch.h"
#include "eventstore/commit_metrics.h"
#include "eventstore/decider.h"
#include "eventstore/disk_watermark.h"
#include "eventstore/head_watch.h"
#include "eventstore/pending.h"
#include "eventstore/placing.h"
#include "eventstore/recovery_floor.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"

namespace tweestap::eventstore {

/// What a committer works with; all of it outlives the committer.
struct CommitterParts {
  Applying& applying;
  Appender& appender;
  RecoveryFloor& floor;
  HeadWatch& head;
  Decider& decider;
  DiskWatermark& watermark;
  RecentRows& recent_rows;
  const platform::Clock& clock;
  platform::RandomSource& random;
};

/// Two threads. The first decides: it takes whatever waits, never waits for more, and folds each command's events so
/// that the next sees them. The second stores a batch, raises the floor and answers, while the first decides the next
/// batch. A single command that finds nothing else under way is stored by the first thread itself: a hand-over would
/// only cost it time. A failed write ends both, so nothing that was decided on top of it is ever answered.
/// Thread rule: submit() and fail() from any thread.
class Committer {
 public:
  struct Settings {
    std::size_t queue_max = 1024;
    std::uint32_t answers_max = 100'000;
    CommitMetrics metrics;
    std::function<void(std::int64_t)> on_clock_jump{};
    std::function<void(const platform::Failure&)> on_fatal{};
  };
  Committer(CommitterParts parts, Settings settings);
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  [[nodiscard]] std::expected<Committed, platform::Failure> submit(Submission submission);
  /// The same without waiting: where this succeeds the caller has to `wait()` for `pending`, and keeps it until then.
  [[nodiscard]] std::expected<void, platform::Failure> enqueue(Pending& pending);
  /// Nothing is answered with success any more (DUR-3).
  void fail(const platform::Failure& reason);
  /// Why no command is accepted, where that is so.
  [[nodiscard]] std::expected<void, platform::Failure> accepts();
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
  [[nodiscard]] bool failed() const { return failed_; }
  /// Answers what waits, then ends both threads.
  void stop();

 private:
  // A batch with those who wait for it.
  struct Making {
    Batch batch;
    Applied applied;
    std::vector<Pending*> waiting;
    CountedFacts facts;
    std::size_t bytes = 0;
    [[nodiscard]] bool full() const { return batch.entries.size() >= kBatchEntriesMax || bytes >= kBatchBytesMax; }
  };
  using MakingPtr = std::unique_ptr<Making>;

  // First thread.
  void decide_until_closed();
  void make_batch(std::vector<Pending*>& taken);
  [[nodiscard]] std::expected<void, platform::Failure> begin(Making& making, const Pending& first);
  [[nodiscard]] std::expected<void, platform::Failure> note_clock_jump(Making& making, std::int64_t jumped_us,
                                                                       const Pending& first);
  [[nodiscard]] std::expected<void, platform::Failure> decide(Making& making, Pending& pending);
  [[nodiscard]] std::expected<void, platform::Failure> add(Making& making, Placement&& placement);
  void send(MakingPtr making);

  // Second thread, or the first where nothing is under way.
  void store_until_closed();
  void store(Making& making);
  void refuse_all(std::vector<Pending*>& waiting);

  CommitterParts parts_;
  Settings settings_;
  platform::SecurityClock security_clock_;
  domain::Time now_;
  std::int64_t now_monotonic_us_ = 0;
  PendingQueue queue_;

  std::atomic<bool> failed_{false};
  std::mutex failure_mutex_;
  std::optional<platform::Failure> failure_;

  // The batch between the threads: at most one.
  std::mutex sending_mutex_;
  std::condition_variable sent_;
  std::condition_variable stored_;
  MakingPtr sending_;
  MakingPtr spent_;  // the one before
  std::atomic<bool> storing_{false};
  bool no_more_ = false;

  std::jthread storer_;
  std::jthread decider_;
};

}  // namespace tweestap::eventstore
