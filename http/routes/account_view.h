#pragma once
// An account as its owner sees it, its personal members opened.
#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "domain/account_state.h"
#include "domain/ids.h"
#include "domain/rules.h"
#include "domain/time.h"
#include "http/json_writer.h"
#include "http/route.h"
#include "http/services.h"
#include "platform/failure.h"

namespace tweestap::eventstore {
class KeyRing;
class Log;
}  // namespace tweestap::eventstore

namespace tweestap::http {

/// What an account object says. A plain value: it may be kept beside the state it was made from.
struct AccountView {
  domain::AccountId account;
  std::optional<std::string> identifier;    ///< absent: whoever asks is shown nothing personal
  std::optional<std::string> display_name;  ///< likewise, or the person has none
  std::string language;
  domain::SetOf<domain::Role> roles;
  struct TwoStep {
    domain::Method method{};
    std::optional<std::string> phone_hint;
    std::uint32_t recovery_codes_left = 0;
    bool recovery_codes_acknowledged = false;
    domain::Remember remember{};
    std::optional<domain::Time> locked_until;
    bool locked_for_good = false;
  };
  std::optional<TwoStep> two_step;
  std::optional<domain::Time> mandatory_from;
  bool disabled = false;  ///< for staff
};

/// Opens what is sealed of it. Damaged where that does not open.
[[nodiscard]] std::expected<AccountView, platform::Failure> view_account(const Services& services,
                                                                         const domain::AccountId& account,
                                                                         const domain::AccountState& state,
                                                                         const domain::PolicyState& policy,
                                                                         domain::Time now);

/// What an account is to be seen with, at any moment and without a service.
struct AccountAt {
  const domain::AccountId& account;
  const domain::AccountState& state;
  const domain::PolicyState& policy;
  const domain::Rules& rules;
  domain::Time now;  ///< what has expired is judged at that time
};
/// Everything that is not sealed.
[[nodiscard]] AccountView view_without_personal(const AccountAt& at);
/// With what is sealed, opened from the log; where the ring is locked it reads "sealed". Damaged where it does not
/// open.
[[nodiscard]] std::expected<AccountView, platform::Failure> view_account(const eventstore::Log& log,
                                                                         const eventstore::KeyRing& keys,
                                                                         const AccountAt& at);

/// The e-mail address alone.
[[nodiscard]] std::expected<std::string, platform::Failure> open_identifier(const Services& services,
                                                                            const domain::AccountState& state);

/// Adds the members of the account object; the braces are the caller's, who may add more.
void write_account_members(JsonWriter& json, const AccountView& view);

inline constexpr AnswerMember kTwoStepMembers[] = {
    {"enabled", AnswerType::Boolean, true, "Whether two-step is on."},
    {"method", AnswerType::String, false, "totp or sms."},
    {"phone_hint", AnswerType::String, false, "The masked number; with sms."},
    {"recovery_codes_left", AnswerType::Integer, false, "How many recovery codes still work."},
    {"recovery_codes_acknowledged", AnswerType::Boolean, false, "Whether the person said: Done."},
    {"remember", AnswerType::String, false, "never, 12h, 3d or 1w."},
    {"mandatory_from", AnswerType::Time, false, "From when two-step has to be on."},
    {"locked_until", AnswerType::Time, false, "No code is looked at before."},
    {"locked", AnswerType::Boolean, false, "true: no time opens the lock."},
};
inline constexpr AnswerShape kTwoStepShape{"TwoStep", kTwoStepMembers};
inline constexpr AnswerMember kAccountMembers[] = {
    {"account", AnswerType::String, true, "The account's id."},
    {"identifier", AnswerType::String, true, "The e-mail address."},
    {"display_name", AnswerType::String, false, "How the person is called."},
    {"language", AnswerType::String, true, "Of texts to the person."},
    {"roles", AnswerType::Strings, true, "person, helpdesk, admin, auditor."},
    {"two_step", AnswerType::Object, true, "The second step.", &kTwoStepShape},
};
inline constexpr AnswerShape kAccountShape{"Account", kAccountMembers};

}  // namespace tweestap::http
