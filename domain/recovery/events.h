#pragma once
// The six codes that let a person in without the phone.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"

namespace tweestap::domain {

struct RecoveryCodesGenerated {
  static constexpr EventInfo kInfo{401, "recovery_codes.generated", 1,
                                   "A new set of recovery codes; the one before is void."};
  std::uint32_t count = 0;
  std::uint32_t pepper = 0;
  SecretText verifiers;

  static constexpr auto fields() {
    return std::tuple{
        field("count", &RecoveryCodesGenerated::count, Exposure::Public, "how many codes the set has"),
        field("pepper", &RecoveryCodesGenerated::pepper, Exposure::Public,
              "version of the pepper that keys the verifiers"),
        field("verifiers", &RecoveryCodesGenerated::verifiers, Exposure::Secret,
              "parameters, salt and keyed slow hash of each code", kRecoverySetMax),
    };
  }
};

struct RecoveryCodesAcknowledged {
  static constexpr EventInfo kInfo{402, "recovery_codes.acknowledged", 1,
                                   "The person said: Done, I have kept the codes."};
  std::uint64_t set = 0;

  static constexpr auto fields() {
    return std::tuple{
        field("set", &RecoveryCodesAcknowledged::set, Exposure::Public, "position of the event that made the set")};
  }
};

struct RecoveryCodeUsed {
  static constexpr EventInfo kInfo{403, "recovery_code.used", 1, "A recovery code counted, and is spent."};
  std::uint64_t set = 0;
  std::uint32_t index = 0;
  std::uint32_t left = 0;
  std::optional<LoginId> login;
  std::optional<SessionId> session;

  static constexpr auto fields() {
    return std::tuple{
        field("set", &RecoveryCodeUsed::set, Exposure::Public, "position of the event that made the set"),
        field("index", &RecoveryCodeUsed::index, Exposure::Public, "which of the set, from 0"),
        field("left", &RecoveryCodeUsed::left, Exposure::Public, "how many are left"),
        field("login", &RecoveryCodeUsed::login, Exposure::Public, "which login"),
        field("session", &RecoveryCodeUsed::session, Exposure::Public, "which session, at a step-up"),
    };
  }
};

}  // namespace tweestap::domain
