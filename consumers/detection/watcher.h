#pragma once
// Watches the log of the running service and puts the alerts into it.
#include <atomic>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string_view>
#include <utility>
#include <vector>

#include "consumers/detection/detector.h"
#include "consumers/detection/rules.h"
#include "eventstore/envelope.h"
#include "eventstore/follower.h"
#include "eventstore/partition.h"
#include "platform/clock.h"
#include "platform/crypto/random.h"
#include "platform/failure.h"
#include "platform/logging.h"
#include "platform/metrics.h"

namespace tweestap::consumers::detection {

/// Its name as a follower.
inline constexpr std::string_view kWatcherName = "detection";

/// What happened while nobody watched is looked at when it is no older: since the last stop, or where the detection was
/// off or the log is from before it. What is older stays without alerts: nobody acts on last month's, and `tweestap
/// detect` shows them.
inline constexpr domain::Duration kLookBackMost = domain::days(1);

/// A follower whose truth is the log. It starts with a detector that read the last windows before its cursor, so that
/// it raises what it would have raised without the stop. What was told, also behind the cursor because a crash came
/// between, is found in the service's stream and not told again. What was not, although today's thresholds reach it and
/// its period still runs, is: whoever lowers one in the middle of an attack hears of that one. The cursor moves when
/// everything up to it is told. Of an alert there is one event, whatever crashes, and at least one line and one count
/// for the operator. Thread rule: made and stopped by one thread; position() any.
class Watcher {
 public:
  /// Everything outlives it, and allows any thread.
  struct Parts {
    eventstore::Partition& partition;
    platform::RandomSource& random;
    const platform::Clock& clock;
    platform::Metrics& metrics;
    platform::Log& log;
    Thresholds thresholds;
  };

  /// Fails as the store does. Reads nothing yet: what it has to know of the past, its own thread reads.
  [[nodiscard]] static std::expected<std::unique_ptr<Watcher>, platform::Failure> start(const Parts& parts);
  /// As stop().
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// Within about a second; where an alert waits for its commit, within the five that a commit may take. The partition
  /// has to be there still.
  void stop();
  /// Everything up to here is looked at, and told.
  [[nodiscard]] std::uint64_t position() const { return position_; }

 private:
  // What is told once: whose it is, and in which period.
  using Occasion = std::pair<Whose, std::int64_t>;

  // What the service's stream had when it was read.
  struct ToldAlready {
    std::set<Occasion> occasions;
    std::uint64_t up_to = 0;  // the log's head: what is later was told by nobody
  };

  explicit Watcher(const Parts& parts);
  std::expected<void, platform::Failure> handle(std::span<const eventstore::Record> page);
  std::expected<void, platform::Failure> remember_what_was_before(const eventstore::Record& first);
  // Alerts that stand at `first` or later are added to `behind_cursor`, newest first.
  std::expected<void, platform::Failure> read_what_was_told(std::uint64_t after, std::uint64_t first,
                                                            std::vector<domain::AlertRaised>& behind_cursor);
  std::expected<void, platform::Failure> read_again(std::uint64_t after, std::uint64_t first, domain::Time time);
  std::expected<void, platform::Failure> look_at(const eventstore::Record& record);
  std::expected<void, platform::Failure> tell();
  void tell_operator(const domain::AlertRaised& alert);
  [[nodiscard]] Occasion occasion_of(const domain::AlertRaised& alert) const;
  [[nodiscard]] bool was_told(const domain::AlertRaised& alert) const {
    return told_.occasions.contains(occasion_of(alert));
  }

  const Parts parts_;
  const std::vector<platform::Counter> alerts_;  // in the order of the rules
  const platform::Counter forgotten_;

  // Of the follower's thread.
  std::optional<Detector> detector_;  // once it knows what was before
  eventstore::Envelope envelope_;
  std::vector<domain::AlertRaised> raised_;
  std::uint64_t looked_at_ = 0;
  std::deque<domain::AlertRaised> untold_;
  ToldAlready told_;
  std::uint64_t forgotten_told_ = 0;

  std::atomic<std::uint64_t> position_{0};
  std::stop_source stop_;
  std::unique_ptr<eventstore::Follower> follower_;  // last: it uses everything above
};

}  // namespace tweestap::consumers::detection
