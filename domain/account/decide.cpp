#include <algorithm>

#include "domain/account/account.h"
#include "domain/evolve.h"
#include "domain/login/login.h"

namespace tweestap::domain {

namespace {

// A second step that somebody else has seen is not good enough for who can do harm to others, and a number abroad would
// get no code (rules ADM-3, SMS-2).
std::optional<Refusal> may_bring(const RegisterAccount& command, const PolicyState& policy) {
  if (!command.two_step) return std::nullopt;
  if (is_staff(command.roles)) return Refusal::Forbidden;
  if (!policy.methods.has(command.two_step->method)) return Refusal::MethodNotAllowed;
  const auto& phone = command.two_step->phone;
  const bool allowed = !phone || std::ranges::find(policy.sms_countries, phone->country) != policy.sms_countries.end();
  return allowed ? std::nullopt : std::optional{Refusal::CountryNotAllowed};
}

TwoStepImported imported(const ImportedTwoStep& two_step) {
  TwoStepImported event;
  event.method = two_step.method;
  if (two_step.totp_secret) {
    event.step = two_step.last_step;
    event.secret = two_step.totp_secret->clone();
  }
  if (two_step.phone) {
    event.number_hash = two_step.phone->number_hash;
    event.country = two_step.phone->country;
    event.phone = two_step.phone->e164;
  }
  return event;
}

}  // namespace

Decision decide(const RegisterAccount& command, const std::optional<AccountId>& owner, const Context& context) {
  if (owner) return refuse(Refusal::IdentifierTaken);
  if (const auto refusal = may_bring(command, context.policy)) return refuse(*refusal);
  Events events{Subject::of(command.account), command.actor, context.command};
  const auto& verifier = command.verifier;
  events.add(AccountRegistered{command.identifier_hash, command.roles, command.language,
                               verifier ? std::optional{verifier->pepper} : std::nullopt,
                               command.display_name.has_value(), command.identifier, command.display_name,
                               verifier ? std::optional{verifier->verifier.clone()} : std::nullopt});
  if (command.two_step) events.add(imported(*command.two_step));
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
