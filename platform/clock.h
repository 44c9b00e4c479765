#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace tweestap::platform {

/// What time it is. `wall_us` is the time of day in microseconds since the Unix epoch, which an administrator may set;
/// `monotonic_us` counts microseconds from some moment and never goes back. Thread rule: any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t wall_us() const = 0;
  [[nodiscard]] virtual std::int64_t monotonic_us() const = 0;
};

/// CLOCK_REALTIME and CLOCK_MONOTONIC through `clock_gettime`, so libfaketime works.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_us() const override;
  [[nodiscard]] std::int64_t monotonic_us() const override;
};

/// A clock that a test sets. `advance` moves both; `set_wall` is the administrator who changes the time of day.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_us, std::int64_t monotonic_us = 1'000'000)
      : wall_us_(wall_us), monotonic_us_(monotonic_us) {}
  [[nodiscard]] std::int64_t wall_us() const override { return wall_us_; }
  [[nodiscard]] std::int64_t monotonic_us() const override { return monotonic_us_; }
  void advance(std::int64_t us) {
    wall_us_ += us;
    monotonic_us_ += us;
  }
  void set_wall(std::int64_t us) { wall_us_ = us; }

 private:
  std::atomic<std::int64_t> wall_us_;
  std::atomic<std::int64_t> monotonic_us_;
};

/// The time that expiries, locks and events use (CLK-1): now = max(wall clock, previous now + monotonic time since). It
/// never goes back when the wall clock does, and never stands still meanwhile. Thread rule: one thread (the committer).
class SecurityClock {
 public:
  /// A difference beyond this is an event and an alarm (CLK-1): well above what NTP slews, well below what matters.
  static constexpr std::int64_t kDifferenceUs = 60'000'000;

  struct Reading {
    std::int64_t now_us = 0;
    std::int64_t wall_us = 0;
    /// Set once for each change of more than 60 s: the wall clock minus what this clock expected. Negative: the wall
    /// clock was set back (or the log's last event lies ahead of it); positive: it jumped forward and is followed.
    std::optional<std::int64_t> jumped_us;
  };

  /// `last_event_us` is the time of the log's last event, 0 for an empty log. The clock has to outlive this object.
  SecurityClock(const Clock& clock, std::int64_t last_event_us);

  [[nodiscard]] Reading read();

 private:
  const Clock& clock_;
  std::int64_t now_us_;
  std::int64_t monotonic_us_;
  std::int64_t reported_us_ = 0;
};

}  // namespace tweestap::platform
