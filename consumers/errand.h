#pragma once
// One message that somebody waits for, whatever it is about.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>

#include "consumers/sms/gateway.h"
#include "domain/all_commands.h"
#include "domain/time.h"
#include "platform/failure.h"

namespace tweestap::consumers {

/// What became of a try, in the words of events.
struct Told {
  std::string gateway;
  std::string trouble;                   ///< empty: it was taken
  std::optional<std::string> reference;  ///< the gateway's own
  bool final_try = false;                ///< no further one follows
};

/// Nothing goes out (any more), and nothing is told of it: nobody waits, or it went out before.
struct NotWanted {};
/// Nothing goes out any more, and that is told of as the last failure.
struct GivenUp {
  std::string trouble;  ///< as it stands in the event
};
using Prepared = std::variant<NotWanted, GivenUp, sms::Message>;

/// Thread rule: one thread at a time, whichever.
class Errand {
 public:
  Errand(std::uint64_t asked_position, domain::Time asked, domain::Time worthless)
      : position(asked_position), asked_at(asked), until(worthless) {}
  virtual ~Errand() = default;
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;

  /// The message as it has to go out now, or why none has to; asked before each try. May bring `until` forward. A
  /// failure is the store's or the ring's, and is tried again.
  [[nodiscard]] virtual std::expected<Prepared, platform::Failure> prepare(domain::Time now) = 0;

  /// The command that records it; nothing where this kind of message does not tell of such a try.
  [[nodiscard]] virtual std::optional<domain::Command> record(const Told& told) const = 0;

  const std::uint64_t position;  ///< of the event that asks for the message
  const domain::Time asked_at;   ///< that event's time
  domain::Time until;            ///< from then on nobody is helped by it
};

}  // namespace tweestap::consumers
