#pragma once
// What routes work with: references, handed to them by the wiring of app/. Nothing global.
#include <chrono>
#include <string>

#include "domain/rules.h"
#include "domain/time.h"
#include "http/cookies.h"
#include "http/texts.h"
#include "platform/clock.h"
#include "platform/crypto/argon2.h"
#include "platform/settings/settings.h"
#include "platform/text/unicode.h"

namespace tweestap::platform {
class Blocklist;
class HashPool;
class Log;
class Metrics;
class RandomSource;
}  // namespace tweestap::platform
namespace tweestap::eventstore {
class KeyRing;
class Partition;
}  // namespace tweestap::eventstore

namespace tweestap::projections {
class UnstoredFailures;
}

namespace tweestap::http {

class ReadTime;
class RunningRequests;
class StandIns;
class ThrottleGate;

/// The numbers of domain::Rules as the settings have them.
[[nodiscard]] domain::Rules domain_rules(const platform::Settings& settings);

/// Settings as the front door uses them. Immutable; any thread.
struct FrontDoorRules {
  domain::Rules domain;
  platform::Argon2Params argon2;
  platform::PasswordLength password_length;
  domain::Duration command_deadline = domain::seconds(5);
  domain::Duration answers_kept = domain::hours(24);
  domain::Duration app_challenge_life = domain::seconds(60);
  CookieRules public_cookies;
  CookieRules staff_cookies;
  std::string organisation;      ///< shown by authenticator apps as the issuer
  std::string default_language;  ///< of an account that says none

  [[nodiscard]] const CookieRules& cookies(ListenerKind listener) const {
    return listener == ListenerKind::Public ? public_cookies : staff_cookies;
  }
};

/// How long a password may be.
[[nodiscard]] platform::PasswordLength password_length(const platform::Settings& settings);

/// `public_origin`, `staff_origin`: what a browser sends, which is the setting or the listener's own address.
[[nodiscard]] FrontDoorRules front_door_rules(const platform::Settings& settings, std::string public_origin,
                                              std::string staff_origin);

/// Everything outlives the routes. Each part says its own thread rule; all of them allow any thread.
struct Services {
  eventstore::Partition& partition;
  eventstore::KeyRing& keys;
  projections::UnstoredFailures& unstored;  ///< the decider's
  platform::HashPool& hash_pool;
  platform::RandomSource& random;
  const platform::Blocklist& blocklist;
  const platform::Clock& clock;
  platform::Metrics& metrics;
  platform::Log& log;
  const Texts& texts;
  const FrontDoorRules& rules;
  ReadTime& time;
  ThrottleGate& throttle_gate;
  RunningRequests& running;
  StandIns& stand_ins;

  /// Security time for a reader, not before anything that the log holds.
  [[nodiscard]] domain::Time now() const;
  /// Whole seconds of the wall clock alone, which is what TOTP counts in.
  [[nodiscard]] std::int64_t wall_seconds() const { return clock.wall_us() / 1'000'000; }
};

}  // namespace tweestap::http
