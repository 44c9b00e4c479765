#pragma once
// A small world to test the event store with: commands that store some events of a subject, a decider that counts, a
// view that counts what was stored and forgets it later.
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "eventstore/decider.h"
#include "eventstore/inline_view.h"
#include "eventstore/opening.h"
#include "eventstore/partition.h"
#include "eventstore/partition_opening.h"
#include "eventstore/sealing.h"
#include "eventstore/store_opening.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"
#include "platform/metrics.h"

namespace tweestap::tests {

/// So many accounts play where a test does not say.
inline constexpr std::uint64_t kSubjects = 97;

/// Stores `events` events of the subject, unless it has `count_max` of them already.
struct Play final : eventstore::Command {
  domain::Subject subject;
  std::size_t events = 1;
  std::uint64_t count_max = ~std::uint64_t{0};
  bool personal = false;  ///< events with a sealed personal member
  bool secret = false;    ///< events with a sealed secret member
  std::string text = "nl";
};

struct Played final : eventstore::Outcome {
  bool accepted = false;
  std::uint64_t count_before = 0;
};

/// Counts are read from PlayCounts' rows. Thread rule: the committer's thread.
class PlayDecider final : public eventstore::Decider {
 public:
  [[nodiscard]] eventstore::Decision decide(eventstore::Rows& rows, domain::Time now,
                                            const eventstore::Command& command) override;
};

/// Rows: the number of events of each subject; when each event was, in order, the oldest forgotten a second later, four
/// with each event at most.
class PlayCounts final : public eventstore::InlineView {
 public:
  static constexpr eventstore::ViewNumber kNumber = 900;
  explicit PlayCounts(std::uint32_t format = 1) : format_(format) {}
  [[nodiscard]] eventstore::ViewNumber number() const override { return kNumber; }
  [[nodiscard]] std::uint32_t format() const override { return format_; }
  [[nodiscard]] std::string_view name() const override { return "counts"; }
  [[nodiscard]] std::expected<void, platform::Failure> apply(const eventstore::Stored& stored,
                                                             eventstore::Rows& rows) override;
  [[nodiscard]] static std::uint64_t count_of(eventstore::RowReader& rows, const domain::Subject& subject);

 private:
  std::uint32_t format_;
};

/// The nth subject of a test.
[[nodiscard]] domain::Subject subject(std::uint64_t n);
[[nodiscard]] domain::CommandId command_id(std::uint64_t n);
/// Data keys that are the same whenever they are asked for.
[[nodiscard]] std::shared_ptr<const eventstore::SubjectKeys> play_keys();
/// A submission of such a command, with keys.
[[nodiscard]] eventstore::Submission submission(Play play, std::uint64_t id = 1);

/// Remembers that the store asked for the process to end.
class FatalEnd {
 public:
  void hear(const platform::Failure& failure) {
    const std::scoped_lock lock{mutex_};
    ++times_;
    failure_ = failure;
  }
  [[nodiscard]] int times() const {
    const std::scoped_lock lock{mutex_};
    return times_;
  }
  [[nodiscard]] std::optional<platform::Failure> failure() const {
    const std::scoped_lock lock{mutex_};
    return failure_;
  }

 private:
  mutable std::mutex mutex_;
  int times_ = 0;
  std::optional<platform::Failure> failure_;
};

/// A data folder that is opened, used and closed. Thread rule: one thread opens and closes; submit from any.
class PlayStore {
 public:
  struct Options {
    bool create = true;
    std::uint64_t reserve_bytes = 1 << 20;
    std::uint64_t wal_bytes = std::uint64_t{16} << 20;
    std::size_t queue_max = 1024;
    std::uint32_t answers_max = 100'000;
    eventstore::StorageFaults faults{};
    eventstore::WrapAppender wrap{};
    const platform::Clock* clock = nullptr;  ///< the system's where there is none
    eventstore::Decider* decider = nullptr;  ///< PlayDecider where there is none
    platform::Metrics* metrics = nullptr;    ///< where commits are counted
    std::uint32_t view_format = 1;
  };
  explicit PlayStore(std::filesystem::path data) : data_(std::move(data)) {}
  ~PlayStore() { close(); }

  /// Opens, rebuilds what is stale and starts; the failure says why not.
  [[nodiscard]] std::expected<void, platform::Failure> open(const Options& options);
  [[nodiscard]] std::expected<void, platform::Failure> open() { return open(Options{}); }
  void close() { partition_.reset(); }

  [[nodiscard]] eventstore::Partition& partition() { return *partition_; }
  [[nodiscard]] std::expected<eventstore::Committed, platform::Failure> play(Play play, std::uint64_t id = 1) {
    return partition_->submit(submission(std::move(play), id));
  }
  [[nodiscard]] std::uint64_t head() { return partition_->log().head().position; }
  [[nodiscard]] std::uint64_t count_of(const domain::Subject& of);
  [[nodiscard]] std::uint64_t dropped_bytes() const { return dropped_bytes_; }
  [[nodiscard]] FatalEnd& fatal() { return fatal_; }
  [[nodiscard]] const std::filesystem::path& data() const { return data_; }

  /// Positions contiguous from 1 to the head, versions contiguous in every stream, every event decodes, rows equal a
  /// rebuild. What is wrong, or nothing.
  [[nodiscard]] std::string trouble();

 private:
  std::filesystem::path data_;
  platform::SystemClock clock_;
  platform::SystemRandom random_;
  PlayDecider decider_;
  std::unique_ptr<PlayCounts> view_;
  FatalEnd fatal_;
  std::uint64_t dropped_bytes_ = 0;
  std::unique_ptr<eventstore::Partition> partition_;
};

/// What is wrong with a store that can be read; nothing where all is well.
[[nodiscard]] std::string trouble_in(const eventstore::Reader& reader);

/// Every key and value of a column family, as one text to compare.
[[nodiscard]] std::string content_of(const eventstore::Storage& storage, eventstore::Family family);

/// TWEESTAP_TEST_SEED, or one from the clock; printed, so that a failure can be repeated.
[[nodiscard]] std::uint64_t test_seed();
/// TWEESTAP_CRASH_ROUNDS, or `otherwise`.
[[nodiscard]] int crash_rounds(int otherwise);

}  // namespace tweestap::tests
