#pragma once
// A data folder opened for writing, with everything that decides and stores: what the service and the writing commands
// share.
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "app/data_folder.h"
#include "domain/all_commands.h"
#include "eventstore/key_ring.h"
#include "eventstore/opening.h"
#include "eventstore/partition.h"
#include "eventstore/rebuild.h"
#include "http/routes/health.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"
#include "platform/logging.h"
#include "platform/metrics.h"
#include "platform/settings/settings.h"
#include "projections/all.h"
#include "projections/decide.h"
#include "projections/unstored_failures.h"

namespace tweestap::app {

/// What the outside gives: everything outlives the core.
struct Surroundings {
  const platform::Settings& settings;
  const domain::Rules& rules;
  const platform::Clock& clock;
  platform::RandomSource& random;
  platform::Metrics& metrics;
  platform::Log& log;
};

struct CoreOptions {
  bool create = false;  ///< make a new store where the folder is absent or empty
  eventstore::Progress progress;
  /// A write failed: the process has to end (eventstore::PartitionSettings::on_fatal).
  std::function<void(const platform::Failure&)> on_fatal;
};

/// Remembers the last clock jump. Thread rule: any thread.
class LastClockJump {
 public:
  void set(const http::ClockJump& jump) {
    const std::lock_guard lock(mutex_);
    last_ = jump;
  }
  [[nodiscard]] std::optional<http::ClockJump> get() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<http::ClockJump> last_;
};

/// Thread rule: made and ended by one thread; run() and what the accessors give, any thread.
class Core {
 public:
  /// Every failure is exit status 3.
  [[nodiscard]] static std::expected<std::unique_ptr<Core>, platform::Failure> open(const Surroundings& around,
                                                                                    CoreOptions options);
  ~Core();

  [[nodiscard]] eventstore::Partition& partition() { return *partition_; }
  [[nodiscard]] const eventstore::Partition& partition() const { return *partition_; }
  [[nodiscard]] eventstore::KeyRing& keys() { return *keys_; }
  [[nodiscard]] projections::UnstoredFailures& unstored() { return *unstored_; }
  [[nodiscard]] const DataFolder& folder() const { return folder_; }
  /// Where the key-encryption key came from; the operator is told once that production keeps it elsewhere.
  [[nodiscard]] KekSource kek_source() const { return kek_source_; }
  [[nodiscard]] bool created() const { return created_; }
  [[nodiscard]] std::uint64_t dropped_bytes() const { return dropped_bytes_; }
  [[nodiscard]] std::optional<http::ClockJump> last_clock_jump() const { return clock_jump_.get(); }

  /// Runs a command that has neither evidence nor sealed members.
  [[nodiscard]] std::expected<std::expected<domain::Answer, domain::Refused>, platform::Failure> run(
      domain::Command command);

  void stop() { partition_->stop(); }

 private:
  Core(const Surroundings& around, DataFolder folder) : around_(around), folder_(std::move(folder)) {}
  [[nodiscard]] std::expected<void, platform::Failure> open_keys(const eventstore::OpenedStore& store);

  Surroundings around_;
  DataFolder folder_;
  KekSource kek_source_ = KekSource::DataFolder;
  bool created_ = false;
  std::uint64_t dropped_bytes_ = 0;
  LastClockJump clock_jump_;
  std::unique_ptr<eventstore::KeyRing> keys_;
  std::shared_ptr<projections::AccountCache> cache_;
  std::shared_ptr<projections::UnstoredFailures> unstored_;
  std::unique_ptr<projections::Views> views_;
  std::unique_ptr<projections::DomainDecider> decider_;
  std::unique_ptr<eventstore::Partition> partition_;  // last: it uses all of the above
};

}  // namespace tweestap::app
