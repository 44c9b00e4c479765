#pragma once
// What happens to an account as such.
#include "domain/ids.h"
#include "domain/pseudonym.h"
#include "domain/terms.h"
#include "domain/time.h"

namespace tweestap::domain {

struct AccountRegistered {
  static constexpr EventInfo kInfo{101, "account.registered", 1, "An account came to be."};
  LookupHash identifier_hash;
  SetOf<Role> roles;
  std::string language;
  std::optional<std::uint32_t> pepper;
  bool named = false;
  std::string identifier;
  std::optional<std::string> display_name;
  std::optional<SecretText> verifier;

  static constexpr auto fields() {
    return std::tuple{
        field("identifierhash", &AccountRegistered::identifier_hash, Exposure::Public,
              "keyed hash of the canonical identifier, by which the directory finds the account"),
        field("roles", &AccountRegistered::roles, Exposure::Public, "what the account may do"),
        field("language", &AccountRegistered::language, Exposure::Public, "language of texts to the person",
              kLanguageMax),
        field("pepper", &AccountRegistered::pepper, Exposure::Public,
              "version of the pepper that keys the verifier; absent without a password"),
        field("named", &AccountRegistered::named, Exposure::Public, "whether the sealed part has a display name"),
        field("identifier", &AccountRegistered::identifier, Exposure::Personal, "e-mail address, canonical",
              kIdentifierMax),
        field("displayname", &AccountRegistered::display_name, Exposure::Personal, "how the person is called",
              kDisplayNameMax),
        field("verifier", &AccountRegistered::verifier, Exposure::Secret, "password verifier (PHC string)",
              kVerifierMax),
    };
  }
};

struct PasswordChanged {
  static constexpr EventInfo kInfo{102, "account.password_changed", 1,
                                   "The person set a new password; everything of SES-2 ended."};
  SessionId session;
  TokenId token;
  std::uint32_t pepper = 0;
  SecretText verifier;

  static constexpr auto fields() {
    return std::tuple{
        field("session", &PasswordChanged::session, Exposure::Public, "the session that did it, which goes on"),
        field("token", &PasswordChanged::token, Exposure::Public, "the session's fresh token, as a hash"),
        field("pepper", &PasswordChanged::pepper, Exposure::Public, "version of the pepper that keys the verifier"),
        field("verifier", &PasswordChanged::verifier, Exposure::Secret, "password verifier (PHC string)", kVerifierMax),
    };
  }
};

struct PasswordRehashed {
  static constexpr EventInfo kInfo{103, "account.password_rehashed", 1,
                                   "The same password got a verifier with today's parameters and pepper."};
  std::uint32_t pepper = 0;
  SecretText verifier;

  static constexpr auto fields() {
    return std::tuple{
        field("pepper", &PasswordRehashed::pepper, Exposure::Public, "version of the pepper that keys the verifier"),
        field("verifier", &PasswordRehashed::verifier, Exposure::Secret, "password verifier (PHC string)",
              kVerifierMax),
    };
  }
};

struct ProfileChanged {
  static constexpr EventInfo kInfo{104, "account.profile_changed", 1, "The person changed name or language."};
  std::optional<std::string> language;
  bool named = false;
  std::optional<std::string> display_name;

  static constexpr auto fields() {
    return std::tuple{
        field("language", &ProfileChanged::language, Exposure::Public, "absent: as before", kLanguageMax),
        field("named", &ProfileChanged::named, Exposure::Public, "whether the sealed part has a display name"),
        field("displayname", &ProfileChanged::display_name, Exposure::Personal, "absent: as before", kDisplayNameMax),
    };
  }
};

struct MandatoryFromChanged {
  static constexpr EventInfo kInfo{
      105, "account.mandatory_from_changed", 1,
      "Staff gave this account its own date from which two-step is mandatory, or took it back."};
  std::optional<Time> mandatory_from;

  static constexpr auto fields() {
    return std::tuple{field("mandatoryfrom", &MandatoryFromChanged::mandatory_from, Exposure::Public,
                            "absent: the organisation's date holds again")};
  }
};

struct AccountDisabled {
  static constexpr EventInfo kInfo{106, "account.disabled", 1, "Staff closed the account; everything of SES-2 ended."};
  std::string reason;

  static constexpr auto fields() {
    return std::tuple{
        field("reason", &AccountDisabled::reason, Exposure::Personal, "why, in the words of staff", kReasonMax)};
  }
};

struct AccountEnabled {
  static constexpr EventInfo kInfo{107, "account.enabled", 1, "Staff opened the account again."};
  std::string reason;

  static constexpr auto fields() {
    return std::tuple{
        field("reason", &AccountEnabled::reason, Exposure::Personal, "why, in the words of staff", kReasonMax)};
  }
};

}  // namespace tweestap::domain
