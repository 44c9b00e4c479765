#pragma once
// Messages between the log that asks for them and the gateway that takes them: tried, told of, tried again.
#include <array>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "consumers/errand.h"
#include "consumers/outbox_metrics.h"
#include "consumers/sending.h"
#include "consumers/sms/send_pool.h"

namespace tweestap::consumers {

/// Keeps errands in memory only: what is lost with it is found again in the log. Every outcome is an event before the
/// errand is forgotten; while it cannot be stored it is tried again, and the message is not. A message that waits for
/// its next try holds up nobody. Thread rule: any thread.
class Outbox {
 public:
  /// Beyond it add() waits, and with it the follower: 10,000 people who wait for a code is ten seconds of the busiest
  /// service, and 10 MB.
  static constexpr std::size_t kWaitingMax = 10'000;

  /// `kind` names it in metrics and the operator's log. `sending` outlives it.
  Outbox(const Sending& sending, std::string kind, std::size_t in_flight);
  /// As stop().
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// Takes an errand, waiting for room; one whose position is here already is not taken twice. False after close().
  [[nodiscard]] bool add(std::unique_ptr<Errand> errand);

  /// Takes nothing any more, and wakes whoever waits in add().
  void close();
  /// Cuts what is in flight, which may have been sent all the same; about a second at most.
  void stop();

 private:
  struct Waiting;
  using Shared = std::shared_ptr<Waiting>;

  void run(const std::stop_token& stop);
  Shared next_due(const std::stop_token& stop);
  void attend(const Shared& waiting, const std::stop_token& stop);
  void give_up(const Shared& waiting, std::string trouble);
  void hand_over(const Shared& waiting, sms::Message message, const std::stop_token& stop);
  void came_back(const Shared& waiting, const sms::Outcome& outcome);
  void tell(const Shared& waiting);
  [[nodiscard]] std::int64_t after(domain::Duration pause) const;
  void put_back(const Shared& waiting, std::int64_t due_us);
  void forget(const Shared& waiting);
  void tell_operator(const sms::Outcome& outcome);
  [[nodiscard]] Told told_of(const sms::Outcome& outcome) const;
  [[nodiscard]] const std::string& name_of(const sms::Outcome& outcome) const;
  void show_figures();
  [[nodiscard]] bool is_stalled(std::int64_t oldest_us, domain::Time now) const;
  [[nodiscard]] bool worthless_after(const Errand& errand, domain::Duration pause) const;

  const Sending& sending_;
  const std::string kind_;
  const OutboxMetrics metrics_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::uint64_t, domain::Time>
      outstanding_;                          // position and when it was asked for; this and what follows under mutex_
  std::multimap<std::int64_t, Shared> due_;  // by the monotonic clock (us)
  bool closed_ = false;
  std::int64_t sent_us_ = 0;  // when something went out last; monotonic
  // When the oldest of the messages was asked for that ended without a gateway's having taken it, since one did. So an
  // alarm does not end because there is nothing left to send.
  std::optional<domain::Time> untaken_since_;
  // When the operator heard of trouble with each gateway last; 0: not since it took something.
  std::array<std::int64_t, 2> trouble_told_us_{};
  sms::SendPool pool_;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace tweestap::consumers
