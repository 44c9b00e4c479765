#pragma once
// The account as such: its owner's profile and password, and what staff may do to it.
#include "domain/caller.h"
#include "domain/decision.h"
#include "domain/evidence.h"
#include "domain/sessions/sessions.h"

namespace tweestap::domain {

/// The second step of somebody who moves here from another system.
struct ImportedTwoStep {
  Method method{};
  std::optional<SecretText> totp_secret;  // of method totp, base32
  std::int64_t last_step = 0;             // of method totp: the one before the import
  std::optional<NewPhone> phone;          // of method sms
};

struct RegisterAccount {
  AccountId account;  // drawn by the caller
  Actor actor;
  LookupHash identifier_hash;
  std::string identifier;  // canonical
  std::optional<std::string> display_name;
  std::string language;
  SetOf<Role> roles{Role::Person};
  std::optional<NewVerifier> verifier;  // pepper 0: it came from another system
  std::optional<ImportedTwoStep> two_step{};
};

/// The current password again, and a new one that was found strong enough.
struct ChangePassword {
  AccountId account;
  SessionRef session;
  Caller caller;
  TokenId fresh_token;
  std::optional<PasswordEvidence> password;
  std::optional<NewVerifier> verifier;
};

struct ChangeProfile {
  AccountId account;
  SessionRef session;
  std::optional<std::string> display_name;
  std::optional<std::string> language;
};

/// What staff do; whether they may was found out by the caller, except what depends on the account.
struct SetMandatoryFrom {
  AccountId account;
  Actor actor;
  std::optional<Time> mandatory_from;  // absent: the organisation's again
};
struct DisableAccount {
  AccountId account;
  Actor actor;
  std::string reason;
};
struct EnableAccount {
  AccountId account;
  Actor actor;
  std::string reason;
};
struct UnlockSecondStep {
  AccountId account;
  Actor actor;
  bool by_admin_session = false;  // an account with a staff role is unlocked only so, and never by itself
  std::string reason;
};

/// `owner`: the account that has the identifier already (`directory`).
[[nodiscard]] Decision decide(const RegisterAccount& command, const std::optional<AccountId>& owner,
                              const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const ChangePassword& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const ChangeProfile& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const SetMandatoryFrom& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const DisableAccount& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const EnableAccount& command, const Context& context);
[[nodiscard]] Decision decide(const AccountState& state, const UnlockSecondStep& command, const Context& context);

}  // namespace tweestap::domain
