#pragma once
// What hands a message to the telephone network. The sender and the notices know this interface and no provider.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "platform/crypto/secret.h"

namespace tweestap::consumers::sms {

inline constexpr std::size_t kTextBytesMax = 1600;      ///< ten parts of an SMS, and Twilio's limit
inline constexpr std::size_t kReferenceBytesMax = 64;   ///< an id of ours is shorter; a provider's limit may not be
inline constexpr std::size_t kProviderIdBytesMax = 64;  ///< a UUID has 36

/// One message to one number.
struct Message {
  std::string to;         ///< E.164: + and 7 to 15 digits (ITU-T E.164, 6.2.1)
  platform::Secret text;  ///< UTF-8, 1 to kTextBytesMax bytes; secret because a code stands in it
  /// The code in the text, for the file gateway's line; no provider is told it apart.
  std::optional<platform::Secret> code = {};
  /// The same for every try of the same message, so that a provider can drop a repetition: 1 to kReferenceBytesMax of
  /// [A-Za-z0-9_-].
  std::string reference;
};

/// Why a message was not accepted. A word of a small set and never the provider's own, so that it may stand in events,
/// metrics and logs (LOG-1).
enum class Trouble : std::uint8_t {
  None,          ///< it was accepted
  BadNumber,     ///< no number, or one that cannot get a message
  Refused,       ///< this message will not be taken, now or later (4xx)
  TooMany,       ///< the provider asks to be slower (429)
  TimedOut,      ///< no whole answer within the time limit
  NotReachable,  ///< no address, no connection, or one that broke
  Untrusted,     ///< no TLS, or a certificate that does not hold
  OurAccount,    ///< credentials, balance, sender or address: the operator has to look (401 to 405, 407, 410)
  GatewayFault,  ///< the provider's own trouble (5xx, 408, 425)
  Redirected,    ///< 3xx, which is not followed: it would take the credentials elsewhere
  BadAnswer,     ///< an answer that says nothing, or too much
  NotAccepted,   ///< a status of success whose content says otherwise
  NotWritten,    ///< the file gateway's disk
  Stopped,       ///< we are stopping; whether it was sent is not known
};
inline constexpr std::size_t kTroubles = 14;

/// `bad_number`: for events and the labels of metrics.
[[nodiscard]] std::string_view trouble_name(Trouble trouble);

/// What became of one try.
struct Outcome {
  enum class Kind : std::uint8_t {
    Accepted,  ///< the provider has it
    Refused,   ///< for good: the same message will be refused again
    Later,     ///< try again, or with another gateway
  };

  Trouble trouble = Trouble::None;
  int status = 0;          ///< of HTTP; 0 where there was no answer
  int provider_error = 0;  ///< the provider's own number for it (Twilio); 0 where there is none
  /// How long the provider asks to wait, at most kRetryAfterMax.
  std::optional<std::chrono::seconds> retry_after = {};
  /// The provider's id of an accepted message, at most kProviderIdBytesMax of [A-Za-z0-9._:-]; empty where it gave
  /// none, or one in which the number or the code stands.
  std::string provider_id = {};
  int gateway = 1;  ///< which one said so: 1, or 2 of a fail-over
  /// What the other gateway said to the same message in this try, where both were asked. Never more than one.
  std::shared_ptr<const Outcome> before = {};

  [[nodiscard]] Kind kind() const;
};

/// A code is over after ten minutes; a provider that names a day must not stop the sender for one.
inline constexpr std::chrono::seconds kRetryAfterMax{3600};

/// `too_many, status 429`: one short line for the operator's log. It is made of our words and numbers alone, so no
/// number, text, code or credential can be in it (LOG-1).
[[nodiscard]] std::string reason(const Outcome& outcome);

/// Sends messages. Thread rule: any threads at the same time.
class Gateway {
 public:
  Gateway() = default;
  virtual ~Gateway() = default;
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// One try. Returns within the gateway's time limit, and within about a second after `stop` was asked for. What is no
  /// message (an odd number, no text) is refused for good without asking anybody.
  [[nodiscard]] Outcome send(const Message& message, const std::stop_token& stop);

 private:
  /// `send` of a message that is one.
  [[nodiscard]] virtual Outcome try_to_send(const Message& message, const std::stop_token& stop) = 0;
};

}  // namespace tweestap::consumers::sms
