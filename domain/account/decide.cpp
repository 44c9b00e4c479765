#include <algorithm>

#include "domain/account/account.h"
#include "domain/evolve.h"
#include "domain/login/login.h"

namespace tweestap::domain {

Decision decide(const RegisterAccount& command, const std::optional<AccountId>& owner, const Context& context) {
  if (owner) return refuse(Refusal::IdentifierTaken);
  Events events{Subject::of(command.account), command.actor, context.command};
  const auto& verifier = command.verifier;
  events.add(AccountRegistered{command.identifier_hash, command.roles, command.language,
                               verifier ? std::optional{verifier->pepper} : std::nullopt,
                               command.display_name.has_value(), command.identifier, command.display_name,
                               verifier ? std::optional{verifier->verifier.clone()} : std::nullopt});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const ChangePassword& command, const Context& context) {
  const Session* session = live_session(state, command.session, context.now);
  if (session == nullptr) return refuse(Refusal::TokenOver);
  if (!is_fresh(state, *session, context.rules, context.now)) return refuse(Refusal::StepUpNeeded);
  Events events{Subject::of(command.account), command.account, context.command};
  if (const auto refused = check_password(state, command.password, command.caller, &session->id, context, events)) {
    return std::move(events).reject(*refused);
  }
  if (!command.verifier) return refuse(Refusal::Stale);
  events.add(
      PasswordChanged{session->id, command.fresh_token, command.verifier->pepper, command.verifier->verifier.clone()});
  return std::move(events).accept(answer_of(command.account, state, *session));
}

Decision decide(const AccountState& state, const ChangeProfile& command, const Context& context) {
  if (live_session(state, command.session, context.now) == nullptr) return refuse(Refusal::TokenOver);
  Events events{Subject::of(command.account), command.account, context.command};
  if (command.language || command.display_name) {
    events.add(ProfileChanged{command.language, command.display_name.has_value(), command.display_name});
  }
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const SetMandatoryFrom& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), command.actor, context.command};
  if (state.profile.mandatory_from != command.mandatory_from) events.add(MandatoryFromChanged{command.mandatory_from});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const DisableAccount& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), command.actor, context.command};
  if (!state.profile.disabled) events.add(AccountDisabled{command.reason});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const EnableAccount& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  Events events{Subject::of(command.account), command.actor, context.command};
  if (state.profile.disabled) events.add(AccountEnabled{command.reason});
  return std::move(events).accept(Done{});
}

Decision decide(const AccountState& state, const UnlockSecondStep& command, const Context& context) {
  if (!state.exists()) return refuse(Refusal::NotFound);
  if (is_staff(state.profile.roles) && (!command.by_admin_session || command.actor == Actor{command.account})) {
    return refuse(Refusal::Forbidden);
  }
  const bool slowed_down = std::ranges::any_of(state.recovery_failures, [&](const RecoveryFailures& one) {
    return one.failures >= context.rules.recovery_failures_free;
  });
  if (!state.lock.holds(context.now) && !slowed_down) return refuse(Refusal::NothingLocked);
  Events events{Subject::of(command.account), command.actor, context.command};
  events.add(SecondStepUnlocked{UnlockedBy::Staff, command.reason});
  return std::move(events).accept(Done{});
}

}  // namespace tweestap::domain
