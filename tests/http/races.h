#pragma once
// Many who do something at the same moment, over and over.
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>

#include "tests/http/in_process_service.h"

namespace tweestap::http::people {

inline constexpr std::size_t kRacers = 64;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
/// Every access costs ten times as much, and the interleavings are looked at one by one.
inline constexpr int kRounds = 50;
#else
inline constexpr int kRounds = 1000;  // rule OTP-2
#endif
/// Where a round makes new sets of recovery codes, which cost more than all the rest, and where what a thousand rounds
/// show of one place is shown of another.
inline constexpr int kFewerRounds = kRounds / 4;

/// Threads that live through all rounds: starting 64 of them takes longer than the race. `prepare` runs alone before
/// each round, `race` in every thread at once, `check` alone behind it; a round that failed is the last.
void in_rounds(int rounds, const std::function<void(int round)>& prepare,
               const std::function<void(std::size_t racer)>& race, const std::function<void(int round)>& check);

/// Who was let in, and what the others heard. Thread rule: count() from any thread, the rest between races.
class Tally {
 public:
  void count(const Heard& heard);
  /// One was let in, and every one of `racers` heard one of the answers that there are for it. Begins anew.
  void expect_one(int round, std::size_t racers = kRacers);
  /// Begins anew.
  void clear() { let_in_ = rejected_ = kept_out_ = 0; }

  [[nodiscard]] int let_in() const { return let_in_; }
  /// What the one heard who was let in last.
  [[nodiscard]] const Heard& winner() const { return winner_; }

 private:
  std::atomic<int> let_in_ = 0;
  std::atomic<int> rejected_ = 0;
  std::atomic<int> kept_out_ = 0;  // locked, has to wait, what it was for is over, or nobody had time for it
  std::mutex mutex_;
  Heard winner_;
};

}  // namespace tweestap::http::people
