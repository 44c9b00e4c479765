#pragma once
// Two gateways as one: the second is asked where the first does not take a message.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "consumers/sms/gateway.h"
#include "platform/clock.h"

namespace tweestap::consumers::sms {

/// Asks the first gateway, and the second where the first does not take the message: now, or ever, since what it
/// objects to may be how it is asked. Only a number that is none is refused at once. A first gateway that is down rests
/// for kRest, or as long as it asked for: meanwhile the second is asked first, so that nobody waits for a time limit to
/// pass before each message; one message each time then tries whether the first is back. A first gateway that timed out
/// may have sent the message all the same, so a person may get it twice. Thread rule: any threads.
class FailOver final : public Gateway {
 public:
  /// Long enough that a hanging gateway holds one sender of many, short enough that nobody notices it is over.
  static constexpr std::chrono::seconds kRest{15};

  /// The clock has to outlive it.
  FailOver(std::unique_ptr<Gateway> first, std::unique_ptr<Gateway> second, const platform::Clock& clock)
      : first_(std::move(first)), second_(std::move(second)), clock_(clock) {}

 private:
  Outcome try_to_send(const Message& message, const std::stop_token& stop) override;
  bool first_turn();
  Outcome ask_first(const Message& message, const std::stop_token& stop);
  Outcome ask_second(const Message& message, const std::stop_token& stop);

  const std::unique_ptr<Gateway> first_;
  const std::unique_ptr<Gateway> second_;
  const platform::Clock& clock_;
  std::atomic<std::int64_t> rests_until_us_{0};  // of the monotonic clock; 0: it does not rest
};

}  // namespace tweestap::consumers::sms
