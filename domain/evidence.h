#pragma once
// What the calling thread found by slow work, and what it was computed from. A decision looks at it only after
// liveness, lock and throttle, and refuses as stale what is not about the current state (rule SES-4).
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "domain/ids.h"
#include "domain/secret_text.h"

namespace tweestap::domain {

/// A verifier for the same password with today's parameters and pepper.
struct NewVerifier {
  SecretText verifier;
  std::uint32_t pepper = 0;
};

struct PasswordEvidence {
  std::uint64_t verifier_position = 0;  // of the event that set the verifier; 0: the account had none
  bool matched = false;
  std::optional<NewVerifier> rehash;
};

/// RFC 6238, window -1..+1: bit i of `matched` is set where step `current_step - 1 + i` gives the code.
struct TotpEvidence {
  std::uint64_t secret_position = 0;
  std::int64_t current_step = 0;
  std::uint8_t matched = 0;
};

/// Whether what was typed is the code of that challenge.
struct SmsEvidence {
  ChallengeId challenge;
  bool matched = false;
};

/// By the method that the account, or its enrolment, has.
using CodeEvidence = std::variant<TotpEvidence, SmsEvidence>;

/// A challenge that the caller drew, for the case that a code goes out, and the version of the key of the day.
struct NewChallenge {
  ChallengeId id;
  std::uint32_t key = 0;
};

/// A mobile number that somebody typed, normalised (rule SMS-1).
struct NewPhone {
  std::string e164;  // personal
  LookupHash number_hash;
  std::string country;  // ISO 3166-1 alpha-2
};

struct RecoveryEvidence {
  std::uint64_t set_position = 0;  // 0: the account had none
  std::optional<std::uint32_t> index;
};

}  // namespace tweestap::domain
