#pragma once
// One log with everything that belongs to it: the place where commands become durable facts.
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/new_event.h"
#include "domain/time.h"
#include "eventstore/answers.h"
#include "eventstore/decider.h"
#include "eventstore/inline_view.h"
#include "eventstore/key_ring.h"
#include "eventstore/opening.h"
#include "eventstore/reader.h"
#include "eventstore/sealing.h"
#include "platform/clock.h"
#include "platform/crypto/hash.h"
#include "platform/crypto/random.h"
#include "platform/crypto/secret.h"
#include "platform/failure.h"
#include "platform/metrics.h"

namespace tweestap::eventstore {

/// An event and the place it got, for rendering an answer.
struct Placed {
  std::uint64_t position = 0;
  std::uint64_t version = 0;
  domain::Time time;
  const domain::NewEvent& event;
};

/// An answer to keep under an idempotency key: rendered and sealed on the committer, stored in the command's own batch
/// under answer_record_key(time of the decision, hash).
struct AnswerToKeep {
  platform::Digest hash{};       ///< answer_hash() of the request
  platform::Secret sealing_key;  ///< answer_sealing_key() of it
  std::uint32_t key_version = 0;
  platform::Digest body_hash{};
  /// How long from the decision on.
  domain::Duration kept = kAnswerKept;
  /// The answer's bytes, or nothing where this outcome is not to be kept. Fast, and from its arguments alone; the
  /// events' sealed members are still in them. Runs on the committer's thread, before anything is durable.
  std::function<std::optional<platform::Secret>(const Outcome&, std::span<const Placed>)> render;
};

/// A command on its way in. Everything slow was done by the calling thread.
struct Submission {
  std::unique_ptr<const Command> command;
  domain::CommandId id;
  /// Data keys for personal and secret members, and the one subject whose events may have some.
  std::shared_ptr<const SubjectKeys> keys;
  domain::Subject keys_subject;
  /// Keys made for this command; already durable in the key database.
  std::vector<std::string> new_wrapped_keys;
  std::optional<AnswerToKeep> answer;
  /// Clock::monotonic_us() after which it is no longer decided; 0: whenever.
  std::int64_t deadline_monotonic_us = 0;
};

/// What is durable now.
struct Committed {
  std::shared_ptr<const Outcome> outcome;
  std::uint64_t first_position = 0;  ///< of this command's events; 0 without any
  std::uint32_t count = 0;
  domain::Time time;                         ///< security time of the decision
  std::optional<platform::Secret> rendered;  ///< the answer that was kept
};

struct PartitionSettings {
  /// storage.queue: commands that wait while a batch syncs; beyond it Unavailable at once.
  std::size_t queue_max = 1024;
  /// http.answers_max: the oldest kept answers beyond it go.
  std::uint32_t answers_max = 100'000;
  /// Where commits are counted; outlives the partition.
  platform::Metrics* metrics = nullptr;
  /// CLK-1: the wall clock and security time are more than a minute apart (microseconds, wall clock minus security
  /// time), or came together again. Its event is stored with the next batch; this is the alarm. From the committer's
  /// thread.
  std::function<void(std::int64_t)> on_clock_jump{};
  /// Called once, from a thread of the partition, when a write or sync failed or the store is damaged: nothing is
  /// answered with success any more, and the process has to end with a status other than 0 within a second. It must
  /// not call the partition.
  std::function<void(const platform::Failure&)> on_fatal{};
};

/// A follower writes its note every second, so it is to be small beside a second's events.
inline constexpr std::size_t kCursorNoteBytesMax = std::size_t{64} << 10;

class Partition;

/// Commands that were submitted together, so that they share a sync and are waited for together. Thread rule: one
/// thread. The destructor waits for what was not waited for.
class SubmittedTogether {
 public:
  SubmittedTogether(SubmittedTogether&&) noexcept;
  SubmittedTogether& operator=(SubmittedTogether&&) noexcept;
  ~SubmittedTogether();

  /// Blocks until what came of each is durable: in the order of the submissions, each as Partition::submit() says it.
  /// To be called once.
  [[nodiscard]] std::vector<std::expected<Committed, platform::Failure>> wait();

 private:
  friend class Partition;
  struct State;
  explicit SubmittedTogether(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Thread rule: any thread. Order of life: open_store, rebuild what is stale, create, submit…, stop.
class Partition {
 public:
  /// Starts the committer. Invalid where a view's rows are not current: rebuild() them first. decider, views, clock and
  /// random have to outlive the partition.
  [[nodiscard]] static std::expected<std::unique_ptr<Partition>, platform::Failure> create(
      OpenedStore store, PartitionSettings settings, Decider& decider, std::vector<InlineView*> views,
      const platform::Clock& clock, platform::RandomSource& random);
  ~Partition();
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  /// Decides the command and blocks until what came of it, and everything it saw, is durable (AUD-1). Unavailable:
  /// queue full, deadline over before it was decided, too little space, stopped, or the write's outcome is not known
  /// (then on_fatal has been called). Internal: an event broke its own bounds; nothing of the command was stored.
  [[nodiscard]] std::expected<Committed, platform::Failure> submit(Submission submission);

  /// The same for several commands, which are decided in this order, and without blocking. Those that the queue has no
  /// room for are Unavailable. The partition has to outlive what this gives.
  [[nodiscard]] SubmittedTogether submit_together(std::vector<Submission> submissions);

  [[nodiscard]] const Reader& reader() const;
  [[nodiscard]] const Log& log() const { return reader().log(); }

  /// A follower's durable position; 0 for a name never seen. Names are at most 64 bytes.
  [[nodiscard]] std::expected<std::uint64_t, platform::Failure> cursor(std::string_view name) const;
  /// Durable with one of the next batches' syncs, not by itself.
  [[nodiscard]] std::expected<void, platform::Failure> set_cursor(std::string_view name, std::uint64_t position);
  /// What a follower has to know beside its position; empty where it never said. Its form is the follower's own.
  [[nodiscard]] std::expected<std::string, platform::Failure> cursor_note(std::string_view name) const;
  /// As set_cursor(), both or neither. `note` is not empty and has at most kCursorNoteBytesMax; otherwise a bug.
  [[nodiscard]] std::expected<void, platform::Failure> set_cursor(std::string_view name, std::uint64_t position,
                                                                  std::string_view note);

  /// Whether commands are accepted at present, and the reason where not: for health and status.
  [[nodiscard]] std::expected<void, platform::Failure> accepts() const;

  /// Commands that wait to be decided, for status and metrics.
  [[nodiscard]] std::size_t waiting() const;

  /// Answers what is queued, syncs and closes for writing; further submissions are Unavailable. Called by the
  /// destructor too.
  void stop();

 private:
  friend class PartitionOpening;
  Partition();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tweestap::eventstore
