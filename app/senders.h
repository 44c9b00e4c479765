#pragma once
// What sends messages, beside the front doors.
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/core.h"
#include "consumers/sender.h"
#include "consumers/sending.h"
#include "consumers/sms/gateway.h"
#include "http/routes/health.h"

namespace tweestap::app {

/// How long a message may be on its way at most, from being handed over to the last answer: a turn behind another one,
/// and both gateways' time limits each time.
[[nodiscard]] domain::Duration longest_try(const platform::Settings& settings);

/// Codes and notices by SMS; without a gateway there are none. Thread rule: made and stopped by one thread; progress()
/// any.
class Senders {
 public:
  /// `gateway` may be null: SMS is off. `now`: security time. `core` and `around` outlive it. Fails as the store does.
  [[nodiscard]] static std::expected<std::unique_ptr<Senders>, platform::Failure> start(
      Core& core, const Surroundings& around, std::unique_ptr<consumers::sms::Gateway> gateway,
      std::function<domain::Time()> now);
  ~Senders();
  Senders(const Senders&) = delete;
  Senders& operator=(const Senders&) = delete;

  /// Within about two seconds. Before the core stops: what a gateway took has to be stored.
  void stop();
  [[nodiscard]] std::vector<http::FollowerProgress> progress() const;

 private:
  Senders(Core& core, const Surroundings& around, std::unique_ptr<consumers::sms::Gateway> gateway,
          std::function<domain::Time()> now);

  std::unique_ptr<consumers::sms::Gateway> gateway_;
  consumers::Texts texts_;
  std::optional<consumers::Sending> sending_;
  std::vector<std::unique_ptr<consumers::Sender>> senders_;  // last: they use everything above
};

}  // namespace tweestap::app
