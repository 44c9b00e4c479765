#pragma once
// Slots for tries, taken before a hash runs: tries that run at the same time count as if they had failed, so n parallel
// ones never evaluate more than one after the other could (THR-2).
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/account_state.h"
#include "domain/caller.h"
#include "domain/devices/devices.h"
#include "domain/ids.h"
#include "domain/time.h"
#include "http/problem.h"
#include "http/route.h"
#include "http/services.h"

namespace tweestap::http {

/// How one kind of secret is slowed down.
struct ThrottleRow {
  bool password_slot;           ///< by identifier and network, identifier, network; or by remembered device
  bool recovery_slot;           ///< by account and network
  std::string_view counted_by;  ///< the events that count, and where
};
/// The throttle table (THR-4). A switch without default: a kind without its row does not compile.
[[nodiscard]] ThrottleRow throttle_row(ThrottledSecret secret);

/// Thread rule: any thread.
class ThrottleGate {
 public:
  /// Held while a try runs; given back at its end, when what came of it is stored and counted.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&& other) noexcept;
    ~Slot();
    /// False: the try has to wait. It is submitted without evidence, so that the committer refuses and counts it.
    [[nodiscard]] bool granted() const { return gate_ != nullptr; }

   private:
    friend class ThrottleGate;
    Slot(ThrottleGate* gate, std::vector<std::string> keys) : gate_(gate), keys_(std::move(keys)) {}
    ThrottleGate* gate_ = nullptr;
    std::vector<std::string> keys_;
  };

  /// What is stored of the keys of one try, in their order.
  struct Standing {
    std::uint32_t failures = 0;
    std::uint32_t free = 0;  ///< so many failures make nobody wait
  };
  struct Counts {
    std::vector<Standing> standings;
    bool waits = false;  ///< a waiting time is not over
  };
  using Read = std::function<std::expected<Counts, platform::Failure>()>;

  /// Waits, at most `patience`, while it depends on tries in flight whether this one may go. `read` is asked for what
  /// is stored, again after each try that ended, and under the gate's lock: so a try is counted as in flight or as
  /// stored at any moment. Unavailable: no slot in time, or `read` failed.
  [[nodiscard]] std::expected<Slot, Problem> enter(std::vector<std::string> keys, const Read& read,
                                                   domain::Duration patience);

  /// Tries that hold or held no slot yet: for tests and metrics.
  [[nodiscard]] std::size_t keys_in_flight() const;

 private:
  void leave(const std::vector<std::string>& keys);
  [[nodiscard]] bool may_go(const std::vector<std::string>& keys, const Counts& counts) const;

  // A key is there while a try of it is in flight, so the map is bounded by the connections.
  mutable std::mutex mutex_;
  std::condition_variable left_;
  std::unordered_map<std::string, std::uint32_t> in_flight_;
};

/// Whose password is tried.
struct PasswordTry {
  domain::LookupHash identifier;
  std::optional<domain::AccountId> account;
  const domain::Caller& caller;
  std::optional<domain::PresentedDevice> device{};  ///< of the account, whether it still counts or not
};
/// A slot for a password: by identifier and network, identifier, network; with a token of a remembered device that lets
/// in, by that device alone (THR-2).
[[nodiscard]] std::expected<ThrottleGate::Slot, Problem> password_slot(const Services& services,
                                                                       const PasswordTry& tried);
/// A slot for a recovery code: by account and network.
[[nodiscard]] std::expected<ThrottleGate::Slot, Problem> recovery_slot(const Services& services,
                                                                       const domain::AccountId& account,
                                                                       const domain::Caller& caller);

}  // namespace tweestap::http
