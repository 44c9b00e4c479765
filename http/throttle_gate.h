#pragma once
// Slots for tries, taken before a hash runs: tries that run at the same time count as if they had failed, so n parallel
// ones never evaluate more than one after the other could (THR-2).
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/caller.h"
#include "domain/ids.h"
#include "domain/rules.h"
#include "domain/throttle/throttle.h"
#include "http/route.h"

namespace tweestap::http {

/// How one route kind is slowed down (THR-4): one row for each ThrottledSecret.
struct ThrottleRow {
  ThrottledSecret secret;
  bool takes_password_slot;     ///< identifier and network, identifier, network
  bool takes_recovery_slot;     ///< account and network
  std::string_view counted_by;  ///< where a failure is counted
};
/// A switch without default behind it: a new kind does not compile without its row.
[[nodiscard]] ThrottleRow throttle_row(ThrottledSecret secret);

/// Thread rule: any thread.
class ThrottleGate {
 public:
  /// What holds a slot; gives it back at its end, which is after the outcome is stored and counted.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&& other) noexcept;
    ~Slot();
    /// False: the try is slowed down. It is submitted without evidence, so that the committer refuses and counts it.
    [[nodiscard]] bool granted() const { return gate_ != nullptr; }

   private:
    friend class ThrottleGate;
    Slot(ThrottleGate* gate, std::vector<std::string> keys) : gate_(gate), keys_(std::move(keys)) {}
    ThrottleGate* gate_ = nullptr;
    std::vector<std::string> keys_;
  };

  /// How many failures go without a wait, and how many there are.
  struct Limit {
    std::string key;
    std::uint32_t free = 0;
  };
  struct Counts {
    std::vector<std::uint32_t> failures;  ///< in the order of the limits
    bool waits = false;                   ///< the stored waiting is not over
  };

  /// Waits, at most until `patience` is over, while tries in flight leave it open whether this one may go. `read` gives
  /// the stored counts and is called again after each try that ended. Empty: no slot in time; the caller answers 503.
  [[nodiscard]] std::optional<Slot> enter(std::vector<Limit> limits, const std::function<Counts()>& read,
                                          domain::Duration patience);

 private:
  void leave(const std::vector<std::string>& keys);
  // A key is there while a try of it is in flight, so the map is bounded by the connections.
  std::mutex mutex_;
  std::condition_variable left_;
  std::unordered_map<std::string, std::uint32_t> in_flight_;
};

}  // namespace tweestap::http
