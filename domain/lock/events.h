#pragma once
// The second step's lock.
#include "domain/ids.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct SecondStepLocked {
  static constexpr EventInfo kInfo{501, "second_step.locked", 1,
                                   "So many wrong codes in a row that no code is looked at for a while."};
  std::uint32_t failures = 0;
  std::optional<Time> until;
  std::optional<LoginId> login;
  std::optional<SessionId> session;

  static constexpr auto fields() {
    return std::tuple{
        field("failures", &SecondStepLocked::failures, Exposure::Public, "second-step failures in a row"),
        field("until", &SecondStepLocked::until, Exposure::Public,
              "when it opens; absent: only a right recovery code or staff opens it"),
        field("login", &SecondStepLocked::login, Exposure::Public, "the login whose code was the last"),
        field("session", &SecondStepLocked::session, Exposure::Public, "the session, at a step-up"),
    };
  }
};

struct SecondStepUnlocked {
  static constexpr EventInfo kInfo{502, "second_step.unlocked", 1,
                                   "The lock is open and every count of failures is zero."};
  UnlockedBy by{};
  std::optional<std::string> reason;

  static constexpr auto fields() {
    return std::tuple{
        field("by", &SecondStepUnlocked::by, Exposure::Public, "a right recovery code, or staff"),
        field("reason", &SecondStepUnlocked::reason, Exposure::Personal, "why, in the words of staff", kReasonMax),
    };
  }
};

}  // namespace tweestap::domain
